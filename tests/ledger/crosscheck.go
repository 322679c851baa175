// An independent reader of what the ledger writes, for test_export.py: golang.org/x/mod/sumdb only.
//
//	crosscheck VKEY DIRECTORY CHECKPOINT... RECEIPT.tlog-proof...
//
// Ends 1 with a sentence at the first thing that does not verify.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}

func check(good bool, what string) {
	if !good {
		must(fmt.Errorf("does not verify"), what)
	}
}

func read(path string) []byte {
	content, err := os.ReadFile(path)
	must(err, path)
	return content
}

var verifiers note.Verifiers

// head opens a checkpoint: three lines, signed.
func head(content []byte, what string) tlog.Tree {
	opened, err := note.Open(content, verifiers)
	must(err, what)
	lines := strings.Split(opened.Text, "\n")
	check(len(lines) == 4 && lines[0] == opened.Sigs[0].Name, what)
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, what)
	root, err := tlog.ParseHash(lines[2])
	must(err, what)
	return tlog.Tree{N: size, Hash: root}
}

// tiles reads hashes from the directory; x/mod puts the height into names, c2sp.org/tlog-tiles does not.
type tiles struct{ folder string }

func (t tiles) Height() int { return 8 }
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		name := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		content, err := os.ReadFile(filepath.Join(t.folder, name))
		if err != nil {
			return nil, err
		}
		found = append(found, content)
	}
	return found, nil
}
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func entries(folder string, size int64) [][]byte {
	var all [][]byte
	for number := int64(0); number*256 < size; number++ {
		width := size - number*256
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: 8, L: -1, N: number, W: int(width)}
		name := "tile/entries/" + strings.TrimPrefix(tile.Path(), "tile/8/data/")
		for rest := read(filepath.Join(folder, name)); len(rest) > 0; {
			length := int(binary.BigEndian.Uint16(rest))
			all = append(all, rest[2:2+length])
			rest = rest[2+length:]
		}
	}
	return all
}

func receipt(path string) {
	parts := strings.SplitN(string(read(path)), "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	check(lines[0] == "c2sp.org/tlog-proof@v1", path)
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	must(err, path)
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		must(err, path)
		proof = append(proof, hash)
	}
	tree := head([]byte(parts[1]), path)
	must(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(read(strings.TrimSuffix(path, ".tlog-proof")))), path)
}

func main() {
	verifier, err := note.NewVerifier(os.Args[1])
	must(err, "key")
	verifiers = note.VerifierList(verifier)
	folder := os.Args[2]
	tree := head(read(filepath.Join(folder, "checkpoint")), "checkpoint")
	hashes := tlog.TileHashReader(tree, tiles{folder})
	all := entries(folder, tree.N)
	check(int64(len(all)) == tree.N, "number of entries")
	for index, entry := range all {
		kept, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(index))})
		must(err, fmt.Sprintf("hash of entry %d", index))
		check(kept[0] == tlog.RecordHash(entry), fmt.Sprintf("entry %d", index))
		if index%997 == 0 {
			proof, err := tlog.ProveRecord(tree.N, int64(index), hashes)
			must(err, fmt.Sprintf("proof of entry %d", index))
			must(tlog.CheckRecord(proof, tree.N, tree.Hash, int64(index), tlog.RecordHash(entry)), "inclusion")
		}
	}
	checkpoints, receipts := 0, 0
	for _, path := range os.Args[3:] {
		if strings.HasSuffix(path, ".tlog-proof") {
			receipt(path)
			receipts++
			continue
		}
		old := head(read(path), path)
		proof, err := tlog.ProveTree(tree.N, old.N, hashes)
		must(err, path)
		must(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash), path)
		checkpoints++
	}
	fmt.Printf("%d entries, %d checkpoints, %d receipts\n", len(all), checkpoints, receipts)
}
