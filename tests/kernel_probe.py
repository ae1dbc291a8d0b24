"""What a kernel can tell of itself: run as cells in two kernels whose answers are compared.

``STATE`` defines ``state()``, which looks at all that one process can inherit from another.
``IMPORTS`` is what a notebook of the report imports; ``libraries()`` looks at what it then finds.
``CELLS`` are the cells of a notebook that has outputs of every kind.
"""

STATE = r"""
import gc, locale, os, re, resource, signal, sys, threading, time, warnings

def _files():
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
            inherited = os.get_inheritable(int(name))
        except OSError:
            continue
        found.append([re.sub(r"\d+", "N", target), inherited, int(name) < 3])
    return sorted(found)

def _signals():
    handlers = {
        s.name: str(getattr(signal.getsignal(s), "__qualname__", signal.getsignal(s)))
        for s in signal.Signals
    }
    wakeup = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(wakeup)
    blocked = sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
    return {"blocked": blocked, "handlers": handlers, "wakeup": wakeup}

def masks():
    with open("/proc/self/status") as status:
        return re.findall(r"(Sig(?:Blk|Ign|Cgt)):\t(\w+)", status.read())

def _words(words):
    # The connection file is another for each kernel.
    return ["connection" if before == "-f" else word for before, word in zip(["", *words], words)]

def _umask():
    was = os.umask(0o77)
    os.umask(was)
    return was

def state():
    _own = {"JPY_PARENT_PID", "JPY_SESSION_NAME", "PYTEST_CURRENT_TEST"}
    return {
        "files": _files(),
        "signals": _signals(),
        "threads": sorted(re.sub(r"\d+", "N", t.name) for t in threading.enumerate()),
        "tasks": len(os.listdir("/proc/self/task")),
        "environment": {k: v for k, v in os.environ.items() if k not in _own},
        "names": list(os.environ),
        "folder": os.getcwd(),
        "umask": _umask(),
        "group": [os.getpgid(0) == os.getpid(), os.getsid(0) == os.getpid()],
        "parent": os.environ["JPY_PARENT_PID"] == str(os.getppid()),
        "path": sys.path,
        "argv": _words(sys.argv),
        "orig_argv": _words(sys.orig_argv),
        "flags": str(sys.flags),
        "executable": [sys.executable, sys.prefix],
        "main": sorted(vars(sys.modules["__main__"])),
        "streams": [type(s).__qualname__ for s in (sys.stdin, sys.stdout, sys.stderr)],
        "own_streams": [
            [s.encoding, s.errors, s.line_buffering]
            for s in (sys.__stdin__, sys.__stdout__, sys.__stderr__)
        ],
        "stdin": os.read(0, 1).decode(),
        "locale": [locale.setlocale(locale.LC_ALL), time.tzname, sys.getfilesystemencoding()],
        "limits": [resource.getrlimit(n) for n in (resource.RLIMIT_NOFILE, resource.RLIMIT_CORE)],
        "interpreter": [sys.getrecursionlimit(), sys.getswitchinterval(), gc.get_threshold()],
        "hooks": [sys.excepthook.__qualname__, str(sys.gettrace()), type(sys.displayhook).__name__],
        "priority": [os.getpriority(os.PRIO_PROCESS, 0), sorted(os.sched_getaffinity(0))],
        "finders": sorted(str(finder) for finder in sys.meta_path if isinstance(finder, type)),
    }

def warned():
    return [str(f) for f in warnings.filters]
"""

IMPORTS = r"""
import matplotlib, numpy, pandas, scipy.stats, statsmodels.api, random, decimal
import matplotlib.pyplot as plt
from pensionbook import report

def libraries():
    return {
        "rc": {k: str(v) for k, v in matplotlib.rcParams.items()},
        "backend": matplotlib.get_backend(),
        "figures": plt.get_fignums(),
        "interactive": matplotlib.is_interactive(),
        "pandas": {
            name: str(pandas.get_option(name))
            for name in ("display.max_rows", "display.precision", "plotting.backend")
        },
        "numpy": [numpy.get_printoptions(), numpy.geterr()],
        "decimal": str(decimal.getcontext()),
        "fitted": list(statsmodels.api.OLS([1.0, 2, 3.5], [0.5, 1, 2]).fit().params),
        # Those of libraries too.
        "masks": masks(),
        # In the order of the imports, which differs.
        "filters": sorted(warned()),
    }
"""

CELLS = (
    "print('one'); import sys; print('two', file=sys.stderr)",
    "import pandas as pd; frame = pd.DataFrame({'a': [1, 2.5], 'b': ['x', None]}); frame",
    "import matplotlib.pyplot as plt; plt.plot([1, 3, 2]); plt.title('drawn');",
    "import warnings; warnings.warn('old figures', UserWarning)",
    "import os; os.system('echo from a shell')",
    "from IPython.display import HTML, display; display(HTML('<b>1</b>'), frame.T)",
    "import statsmodels.api as sm; sm.OLS([1.0, 2, 4], sm.add_constant([0, 1, 2])).fit().params",
    "input('asked?')",
    "{'set': sorted({'a', 'b'}), 'order': list({'figure', 'bound', 'verdict', 'audit'})}",
    "1 / 0",
    "%matplotlib inline",
    "!echo done",
    "quit_later = [name for name in dir() if not name.startswith('_')]; quit_later",
    "raise SystemExit(2)",
)
