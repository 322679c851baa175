"""Container images: OCI layouts and what `docker save` writes, in a folder or an archive.

The layers of an image are applied in order, and what is left is the *effective file system*: that is what ships. A
file that an upper layer deletes (`.wh.name`), hides with its folder (`.wh..wh..opq`) or replaces is not shipped, but
it lies in the delivery and anybody who has the image can take it out. It is therefore examined like every other file,
under a logical path of its own (`lower layer!...`) and with the scope `build`, a remainder of how the image was built,
and evidence names the layer. Whiteouts themselves are no files. A layer that an image lists and the delivery does not
hold is an attempt. A file counts as shipped when it is left in any image of the delivery.

Cannot see: whether a layer's bytes have the digest that its name states; layers behind a web address; what the
program that starts the container mounts over the files. Of images beyond any sense (`_STEPS`) everything ships.
Source: OCI Image Format Specification 1.1, layout and layer; Docker Image Specification 1.2.
"""

import json
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from assay.core.paths import shown
from assay.intake.containers import LAYER

INDEXES = (b"manifest.json", b"index.json")
WHITEOUT, OPAQUE = ".wh.", ".wh..wh..opq"
LONGEST_INDEX = 4 << 20
_DIGEST = re.compile(r"([a-z0-9+._-]+):([a-f0-9]{32,128})")
_NESTED = 8
_HOPS = 40
_STEPS = 20_000_000  # files put in place, over all layers of all images
_LAYER_TYPES = ("image.layer", "rootfs.diff", "rootfs.foreign.diff")
Read = Callable[[bytes], bytes | None]


class Image(Struct, frozen=True):
    """The delivered paths of an image's layers, the lowest first."""

    layers: tuple[str, ...]


def images_of(name: bytes, read: Read, prefix: str) -> Iterator[Image]:
    """The images that an index file lists. `read` gives the content of a name beside it, None when there is none.

    A `manifest.json` or `index.json` that is something else lists none.
    """
    folder = name[: -len(name.rpartition(b"/")[2])]
    found = _json(read, name)
    listed: list[list[bytes]] = []
    if name.endswith(INDEXES[0]) and isinstance(found, list):
        listed = [
            [layer.encode("utf-8", "surrogateescape") for layer in item["Layers"] if isinstance(layer, str)]
            for item in found
            if isinstance(item, dict) and isinstance(item.get("Layers"), list)
        ]
    elif name.endswith(INDEXES[1]) and isinstance(found, dict) and read(folder + b"oci-layout") is not None:
        listed = list(_manifests(found, folder, read, 0))
    for layers in listed:
        yield Image(tuple(prefix + shown(posixpath.normpath(folder + layer)) for layer in layers))


def _json(read: Read, name: bytes) -> object:
    try:
        return json.loads(read(name) or b"null")
    except (ValueError, RecursionError):
        return None


def _manifests(index: Mapping[str, object], folder: bytes, read: Read, depth: int) -> Iterator[list[bytes]]:
    """The layers of every manifest below an index, as names of blobs."""
    listed = index.get("manifests")
    for descriptor in listed if isinstance(listed, list) and depth < _NESTED else ():
        blob = _blob(descriptor)
        manifest = _json(read, folder + blob) if blob else None
        if not isinstance(manifest, dict):
            continue
        layers = manifest.get("layers")
        if isinstance(layers, list):
            yield [name for item in layers if _is_layer(item) and (name := _blob(item))]
        yield from _manifests(manifest, folder, read, depth + 1)


def _is_layer(descriptor: object) -> bool:
    kind = descriptor.get("mediaType") if isinstance(descriptor, dict) else None
    return isinstance(kind, str) and any(part in kind for part in _LAYER_TYPES)


def _blob(descriptor: object) -> bytes:
    digest = descriptor.get("digest") if isinstance(descriptor, dict) else None
    match = _DIGEST.fullmatch(digest) if isinstance(digest, str) else None
    return f"blobs/{match[1]}/{match[2]}".encode() if match else b""


class Layers(Struct):
    """What the walk saw of images. `links` are those of each opened layer, by its prefix: name to target, and hard."""

    images: dict[Image, None] = field(default_factory=dict)
    paths: set[str] = field(default_factory=set)
    links: dict[str, dict[str, tuple[str, bool]]] = field(default_factory=dict)

    def add(self, image: Image) -> None:
        if image.layers:
            self.images[image] = None
            self.paths.update(image.layers)


class Effective(Struct, frozen=True):
    """`hidden` maps files that no image ships to the layer that hides them; `whiteouts` are no files at all."""

    hidden: Mapping[str, str] = field(default_factory=dict)
    whiteouts: frozenset[str] = frozenset()


def effective(found: Layers, sizes: Mapping[str, int], containers: Mapping[str, str]) -> Effective:
    """Apply the layers. `sizes` are all delivered files, those of archives inside a layer among them."""
    prefixes = {f"{path}!" for path in found.paths if containers.get(f"{path}!") == LAYER}
    held = _held(sizes, prefixes, containers)
    whiteouts = frozenset(
        paths[0]
        for files in held.values()
        for name, paths in files.items()
        if name.rpartition("/")[2].startswith(WHITEOUT) and not sizes.get(paths[0], 1)
    )
    steps = sum(1 + len(held.get(f"{layer}!", ())) for image in found.images for layer in image.layers)
    if steps > _STEPS:
        return Effective({}, whiteouts)
    kept: set[str] = set()
    hidden: dict[str, str] = {}
    for image in found.images:
        stack = _Stack()
        for layer in image.layers:
            prefix = f"{layer}!"
            stack.apply(layer, held.get(prefix, {}), found.links.get(prefix, {}), whiteouts)
        hidden.update(stack.hidden)
        kept.update(stack.left())
    return Effective({path: by for path, by in hidden.items() if path not in kept}, whiteouts)


def _held(sizes: Iterable[str], prefixes: set[str], containers: Mapping[str, str]) -> dict[str, dict[str, list[str]]]:
    """Per layer: name of each of its files to the delivered paths behind it, several for an archive."""
    held: dict[str, dict[str, list[str]]] = {prefix: {} for prefix in prefixes}
    for path in sizes:
        end = name_end = len(path)
        while (end := path.rfind("!", 0, end)) >= 0:
            prefix = path[: end + 1]
            if prefix in held:
                held[prefix].setdefault(path[end + 1 : name_end], []).append(path)
                break
            if prefix in containers:
                name_end = end
    return held


_Node = dict[str, "_Tree"]
_Tree = _Node | list[str] | str
"""A folder, the delivered paths behind a file, or the target of a link."""


class _Stack:
    """The file system after the layers so far: folders are dictionaries, files the delivered paths behind them."""

    def __init__(self) -> None:
        self._root: _Node = {}
        self._layer = ""
        self.hidden: dict[str, str] = {}

    def apply(
        self,
        layer: str,
        files: Mapping[str, list[str]],
        links: Mapping[str, tuple[str, bool]],
        whiteouts: frozenset[str],
    ) -> None:
        """1 whiteouts act on the layers below only, 2 what the layer holds replaces what was there."""
        self._layer = layer
        for name, paths in files.items():  # 1
            if paths[0] in whiteouts:
                self._white_out(name)
        for name, (target, hard) in links.items():  # 2
            self._put(name, files.get(target, target) if hard else target)
        for name, paths in files.items():
            if paths[0] not in whiteouts:
                self._put(name, paths)

    def left(self) -> Iterator[str]:
        yield from _files(self._root)

    def _white_out(self, name: str) -> None:
        folder, _, last = name.rpartition("/")
        node = self._folder(folder.split("/") if folder else [], make=False)
        if node is None:
            return
        if last == OPAQUE:
            self._hide(node)
            node.clear()
        elif not last.startswith(WHITEOUT + WHITEOUT):
            self._hide(node.pop(last.removeprefix(WHITEOUT), {}))

    def _put(self, name: str, item: list[str] | str) -> None:
        *folder, last = name.split("/")
        node = self._folder(folder, make=True)
        if node is not None:
            self._hide(node.get(last, {}))
            node[last] = item

    def _hide(self, tree: _Tree) -> None:
        for path in _files(tree):
            self.hidden[path] = self._layer

    def _folder(self, parts: Sequence[str], *, make: bool) -> _Node | None:
        """The folder's dictionary; links on the way are followed inside the file system, as an unpacker does."""
        waiting = list(reversed(parts))
        way: list[str] = []
        node, hops = self._root, 0
        while waiting:
            part = waiting.pop()
            if part in ("", "."):
                continue
            if part == "..":
                waiting, way, node = [*waiting, *reversed(way[:-1])], [], self._root
                continue
            inner = node.get(part)
            if isinstance(inner, str):
                hops += 1
                if hops > _HOPS:
                    return None
                start = [] if inner.startswith("/") else way
                waiting += [*reversed(inner.split("/")), *reversed(start)]
                way, node = [], self._root
                continue
            if not isinstance(inner, dict):
                if not make:
                    return None
                self._hide(inner or {})
                inner = node[part] = {}
            way.append(part)
            node = inner
        return node


def _files(tree: _Tree) -> Iterator[str]:
    waiting = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += item.values()
        elif not isinstance(item, str):
            yield from item
