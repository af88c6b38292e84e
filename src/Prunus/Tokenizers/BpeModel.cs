using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Prunus.Tokenizers;

/// <summary>Byte-pair encoding of pieces of text; remembers the pieces it has seen.</summary>
internal sealed class BpeModel(SymbolSource symbols, MergeTable merges)
{
    private const int LongestCachedPiece = 64, MostCachedPieces = 200_000;

    // One cache per concurrent caller: taken for a call, given back after it.
    private readonly ConcurrentBag<Cache> _caches = [];

    /// <summary>When set, a piece that is a token as it stands is that token, merges or not.</summary>
    public Dictionary<string, int>? WholePieces { get; init; }

    /// <summary>
    /// A character that no merge joins to a different one before it: pieces may be cut in front of it without changing the result,
    /// which lets a text without pre-tokenization be encoded word by word. Null when there is none.
    /// </summary>
    public char? WordStart { get; init; }

    /// <summary>Symbols that are no tokens of their own, with the tokens that stand for them (SentencePiece), or null.</summary>
    public IReadOnlyDictionary<int, int[]>? Expansions { get; init; }

    /// <summary>A token of which a run counts once, where expansions may make runs of it.</summary>
    public int? FusedId { get; init; }

    public Session Open() => new(this, _caches.TryTake(out var cache) ? cache : new Cache());

    private sealed class Cache
    {
        public Cache() => Lookup = Pieces.GetAlternateLookup<ReadOnlySpan<char>>();

        public Dictionary<string, int[]> Pieces { get; } = [];

        public Dictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> Lookup { get; }

        public List<int> Scratch { get; } = [];
    }

    /// <summary>One call's use of the model.</summary>
    public readonly struct Session : IDisposable
    {
        private readonly BpeModel _model;
        private readonly Cache _cache;

        internal Session(BpeModel model, object cache)
        {
            _model = model;
            _cache = (Cache)cache;
        }

        /// <summary>Appends the ids of a piece.</summary>
        public void Encode(ReadOnlySpan<char> piece, List<int> ids)
        {
            if (_model.WordStart is not { } start)
            {
                EncodeWord(piece, ids);
                return;
            }

            var from = 0;
            for (var i = 1; i < piece.Length; i++)
            {
                if (piece[i] == start && piece[i - 1] != start)
                {
                    EncodeWord(piece[from..i], ids);
                    from = i;
                }
            }

            EncodeWord(piece[from..], ids);
        }

        private void EncodeWord(ReadOnlySpan<char> piece, List<int> ids)
        {
            if (piece.Length > LongestCachedPiece)
            {
                _model.Merge(piece, _cache.Scratch);
                ids.AddRange(_cache.Scratch);
                return;
            }

            if (_cache.Lookup.TryGetValue(piece, out var known))
            {
                ids.AddRange(known);
                return;
            }

            _model.Merge(piece, _cache.Scratch);
            ids.AddRange(_cache.Scratch);
            if (_cache.Pieces.Count < MostCachedPieces)
            {
                _cache.Pieces.Add(piece.ToString(), [.. _cache.Scratch]);
            }
        }

        public void Dispose() => _model._caches.Add(_cache);
    }

    private void Merge(ReadOnlySpan<char> piece, List<int> result)
    {
        result.Clear();
        if (WholePieces is not null && WholePieces.TryGetValue(symbols.Spell(piece), out var whole))
        {
            result.Add(whole);
            return;
        }

        symbols.Append(piece, result);
        var count = merges.Apply(CollectionsMarshal.AsSpan(result));
        result.RemoveRange(count, result.Count - count);
        if (Expansions is not null)
        {
            Expand(result);
        }
    }

    private void Expand(List<int> ids)
    {
        if (!ids.Any(Expansions!.ContainsKey))
        {
            return;
        }

        var source = ids.ToArray();
        ids.Clear();
        foreach (var token in source.SelectMany(id => Expansions!.TryGetValue(id, out var tokens) ? tokens : [id]))
        {
            if (token != FusedId || ids.Count == 0 || ids[^1] != token)
            {
                ids.Add(token);
            }
        }
    }
}
