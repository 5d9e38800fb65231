"""Sixty texts that would be scripts, markup, formulas or icons if a page took them for more than text."""

TEXTS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
    "**bold** and `code`", ":material/close: $x^2$", "[link](javascript:alert(1))", "![i](http://x.test/a.png)",
    ":red[alarm] :blue-background[calm]", "# heading <b>b</b>", "$$\\frac{1}{2}$$",
    "\"><script>alert(2)</script>", "'><img src=x onerror=alert(2)>", "</style><script>alert(3)</script>",
    "<iframe src='javascript:alert(4)'></iframe>", "<body onload=alert(5)>", "<a href='javascript:alert(6)'>x</a>",
    "<math><mi xlink:href='data:x,<script>alert(7)</script>'>", "<details open ontoggle=alert(8)>",
    "<input autofocus onfocus=alert(9)>", "<video><source onerror=alert(10)>", "<object data='data:text/html,1'>",
    "<style>*{display:none}</style>", "<!-- comment -->", "<base href='//x.test'>", "<link href=//x.test>",
    "<form action=//x.test><button>x", "<marquee>moving</marquee>", "<meta http-equiv=refresh content=0>",
    "&lt;b&gt; &#60;i&#62;</b>", "*emphasis*", "__strong__", "_under_ *line*", "~~struck~~", "`code`", "``` fence ```",
    "- item * item", "+ item *x*", "1. item *x*", "> quote *x*", "---*", "***", "| a | b |", "[ref][1]", "[^1]: note",
    "<http://x.test>", "https://x.test/?q=*a*", "www.x.test/*", ":smile: :+1:", ":material/home:", ":streamlit:",
    ":small[x]", ":gray-badge[x]", "$x$", "\\(x\\) *y*", "{{ 7*7 }}", "${7*7}", "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd",
    "%00../../etc/passwd*", "Z\u0338\u031ba\u0337l\u0334g\u0336o\u0335 *x*",
)  # fmt: skip
