from mammo.config import settings
from mammo.jobs.uploads import remove_forgotten_uploads
from mammo.store import NewJob, Worker

WORKER = Worker(id="test", pid=1, boot_id="boot", started=0.0)


def upload(name):
    folder = settings().tmp_dir / name
    folder.mkdir(parents=True)
    (folder / "films.zip").write_bytes(b"films of somebody")
    return folder


def test_what_a_job_waits_for_stays_and_what_none_waits_for_goes(store):
    queued, taken, cancelled, orphan = (upload(name) for name in ("queued", "taken", "cancelled", "orphan"))
    jobs = [
        store.jobs.submit(NewJob("archive", {"path": str(folder / "films.zip")}, "guest")).id
        for folder in (queued, taken, cancelled)
    ]
    store.jobs.start(jobs[1], WORKER)
    store.jobs.cancel(jobs[2], by="guest")
    stray = settings().tmp_dir / "stray.zip"
    stray.write_bytes(b"")
    assert remove_forgotten_uploads(store, settings()) == 3
    assert [folder.exists() for folder in (queued, taken, cancelled, orphan, stray)] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_home_that_is_new_has_none(store):
    assert remove_forgotten_uploads(store, settings()) == 0
