def ancestors(inputs, names):
    """All that `names` depend on, themselves included, each once; raises KeyError for a name that isn't there."""
    found = dict.fromkeys(names)
    for name in names:
        if name not in inputs:
            raise KeyError(name)
    queue = list(found)
    for name in queue:
        for entry in inputs[name]:
            source = entry.removeprefix("^").partition(":")[0]
            if source not in found:
                found[source] = None
                queue.append(source)
    return list(found)
