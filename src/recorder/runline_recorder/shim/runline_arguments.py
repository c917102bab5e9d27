"""What the parsers of command lines understood, told once they have: argparse and what is built on it
(HfArgumentParser, simple-parsing), jsonargparse, click and typer, tyro, fire, hydra, absl. Only results are
looked at; nothing of a parser changes."""

import functools
import os
import sys

MAX_TEXT = 4000
MAX_DEPTH = 6
MAX_VALUES = 2000
# They parse arguments of their own on the way to the script's function; the command line says more then.
LAUNCHERS = ("hydra.", "torch.distributed.", "accelerate.commands.", "fire.", "tyro.", "jsonargparse.")


def wrap(module, told, is_ours):
    """Wraps the entry points of a parser's module just imported. `told(source, {name: text})`;
    `is_ours(path)`: whether a file is the user's code."""
    own = module.__name__.partition(".")[0] + "."
    tell = functools.partial(_tell, told, is_ours, tuple(name for name in LAUNCHERS if name != own))
    ENTRIES[module.__name__](module, tell)


def _argparse(module, tell):
    _after(module.ArgumentParser, "parse_known_args", lambda result, *_: tell("argparse", vars(result[0])))


def _hf_dictionary(module, tell):
    """`parse_json_file` and `parse_yaml_file` come here too."""

    def told(result, *_):
        for each in result:
            tell("argparse", _members(each) or {})

    _after(module.HfArgumentParser, "parse_dict", told)


def _jsonargparse(module, tell):
    hidden = ("config", "print_config", "help")

    def told(result, *_):
        tell("argparse", {key: value for key, value in vars(result).items() if key not in hidden})

    _after(module.ArgumentParser, "parse_args", told)


def _click(module, tell):
    def told(arguments, _):
        context = arguments[1]
        found = dict(context.params)
        if context.parent is not None and getattr(context, "invoked_subcommand", None) is None:
            names = []
            while context.parent is not None:
                names.insert(0, str(context.info_name))
                context = context.parent
            found.setdefault("command", " ".join(names))
        tell("click", found)

    _before(module.Command, "invoke", told)


def _tyro(module, tell):
    """The outermost call gives what is to be called, with all its values."""

    def told(result, *_):
        values = getattr(result[0], "keywords", None)
        if not isinstance(values, dict):
            return
        # One of several dataclasses comes in a shell around it, by a name of tyro's own or by none.
        shells = [each for name, each in values.items() if name.startswith("__tyro")]
        shells += () if values else result[0].args[:1]
        chosen = dict(_members(shells[0]) or {}, command=type(shells[0]).__name__) if shells else values
        tell("tyro", chosen)

    _after(module, "callable_with_args", told)


def _fire(module, tell):
    """Fire parses once for each function or class on its way."""
    original = module._MakeParseFn

    @functools.wraps(original)
    def _MakeParseFn(function, metadata):
        parse = original(function, metadata)

        @functools.wraps(parse)
        def observed(arguments):
            result = parse(arguments)
            _quietly(lambda: tell("fire", _bound(function, *result[0])))
            return result

        return observed

    module._MakeParseFn = _MakeParseFn


def _bound(function, positional, named):
    """Values by parameter, defaults and the rest of the names included."""
    import inspect

    bound = inspect.signature(function).bind(*positional, **named)
    bound.apply_defaults()
    found = dict(bound.arguments)
    for name, parameter in bound.signature.parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            found.update(found.pop(name))
        elif parameter.kind is parameter.VAR_POSITIONAL and not found[name]:
            del found[name]
    return found


def _hydra(module, tell):
    """The composed configuration, groups and overrides included, as the script's function gets it."""
    original = module.run_job

    @functools.wraps(original)
    def run_job(*arguments, **named):
        def observing(value):
            return _observing_task(value, tell) if callable(value) and hasattr(value, "__name__") else value

        changed = [observing(value) for value in arguments[:2]] + list(arguments[2:])
        if "task_function" in named:
            named = dict(named, task_function=observing(named["task_function"]))
        return original(*changed, **named)

    module.run_job = run_job


def _observing_task(task, tell):
    @functools.wraps(task)
    def observed(config, *more, **named):
        _quietly(lambda: tell("hydra", _resolved(config)))
        return task(config, *more, **named)

    return observed


def _resolved(config):
    """With what refers to other parts put in, where all of that can be told."""
    contents = sys.modules["omegaconf"].OmegaConf.to_container
    try:
        return contents(config, resolve=True)
    except Exception:
        return contents(config, resolve=False)


def _absl(module, tell):
    """The flags of the script and its own modules; libraries declare dozens beside them."""

    def told(_, arguments, __):
        declared = arguments[0].flags_by_module_dict()
        own = [flags for name, flags in declared.items() if not _is_installed(name)]
        tell("absl", {flag.name: flag.value for flags in own for flag in flags})

    _after(module.FlagValues, "__call__", told)


def _is_installed(name):
    place = getattr(sys.modules.get(name), "__file__", None) or ""
    return name.startswith("absl.") or "site-packages" in place or "dist-packages" in place


ENTRIES = {
    "absl.flags._flagvalues": _absl,
    "argparse": _argparse,
    "transformers.hf_argparser": _hf_dictionary,
    "jsonargparse._core": _jsonargparse,
    "jsonargparse.core": _jsonargparse,
    "click.core": _click,
    "typer._click.core": _click,
    "tyro._calling": _tyro,
    "fire.core": _fire,
    "hydra.core.utils": _hydra,
}


def _after(owner, name, told):
    """Looks at the result of a function that may call itself: only the outermost call counts."""
    original = getattr(owner, name)
    depth = [0]

    @functools.wraps(original)
    def observed(*arguments, **named):
        depth[0] += 1
        try:
            result = original(*arguments, **named)
        finally:
            depth[0] -= 1
        if depth[0] == 0:
            _quietly(lambda: told(result, arguments, named))
        return result

    setattr(owner, name, observed)


def _before(owner, name, told):
    original = getattr(owner, name)

    @functools.wraps(original)
    def observed(*arguments, **named):
        _quietly(lambda: told(arguments, named))
        return original(*arguments, **named)

    setattr(owner, name, observed)


def _quietly(look):
    try:
        look()
    except Exception:
        return


def _tell(told, is_ours, launchers, source, found):
    if not _from_user(is_ours, launchers):
        return
    texts = {}
    _flatten("", found, MAX_DEPTH, texts)
    if texts:
        told(source, texts)


def _from_user(is_ours, launchers):
    """Whether code of the workspace is among the callers: launchers and libraries parse arguments of their
    own."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_globals.get("__name__") != __name__:
            if str(frame.f_globals.get("__name__")).startswith(launchers):
                return False
            name = frame.f_code.co_filename
            if name[:1] == "<" and frame.f_globals.get("__name__") == "__main__":
                return True
            if name[:1] not in ("<", ""):
                text = name if name[:1] == "/" else os.path.join(os.getcwd(), name)
                if is_ours(os.path.normpath(text)):
                    return True
        frame = frame.f_back
    return False


def _flatten(prefix, found, depth, texts):
    """Values within values get dotted names, as the parsers' own flags have them."""
    for key, value in list(found.items()):
        name = prefix + str(key)
        if len(texts) >= MAX_VALUES or callable(value) or str(key).startswith("_"):
            continue
        inner = _members(value)
        if inner and depth > 0:
            _flatten(name + ".", inner, depth - 1, texts)
            continue
        file = getattr(value, "name", None) if hasattr(value, "read") else None
        text = str(value if file is None else file)
        if " object at 0x" not in text:
            texts[name] = text[:MAX_TEXT]


def _members(value):
    """The members of a dictionary, dataclass, Namespace, model or ConfigDict; None for everything else."""
    if isinstance(value, dict):
        return value
    kind = type(value)
    if kind.__name__ in ("ConfigDict", "FrozenConfigDict"):
        return value.to_dict()
    if hasattr(kind, "__dataclass_fields__"):
        return {name: getattr(value, name) for name in kind.__dataclass_fields__ if hasattr(value, name)}
    if kind.__name__ in ("Namespace", "SimpleNamespace") or hasattr(kind, "model_fields"):
        return vars(value)
    if hasattr(kind, "__attrs_attrs__"):
        return {each.name: getattr(value, each.name) for each in kind.__attrs_attrs__}
    return None
