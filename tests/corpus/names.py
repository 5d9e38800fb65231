"""Names of files that file systems bear and programs stumble over (row B59)."""

NAMES = (
    "x" * 255, "x" * 251 + ".png", "smile \U0001f600.png", "\u202egnp.exe", "two\nlines.png", "CON", "NUL.png",
    "-rf.png", " ", "   .png", "';DROP TABLE samples;--.png", "<img src=x onerror=alert(1)>.png", "${7*7}.png",
    "=cmd|' C'!A0.png", "%s%n%x.png", "{{7*7}}.png", "..png", "...", "~root.png", "$(reboot).png", "`id`.png",
    "a\tb.png", "\x1b[31mred.png", "caf\u00e9.png", "cafe\u0301.png", "\u0130stanbul.PNG", "\ufeffbom.png",
    "Z\u0338\u031ba\u0337l\u0334g\u0336o.png", "*?.png", "#1&2.png", "'quoted' \"twice\".png", "@SUM(1).png",
    "+1.png", "percent%00.png", "|pipe.png",
)  # fmt: skip
