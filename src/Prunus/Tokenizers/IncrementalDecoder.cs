namespace Prunus.Tokenizers;

/// <summary>
/// Decodes tokens as they come: what <see cref="Push"/> and <see cref="Finish"/> give adds up to exactly what
/// <see cref="Tokenizer.Decode"/> gives for all of them. Text that later tokens may still change (half a character) is held back.
/// </summary>
public sealed class IncrementalDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecial;
    private readonly DecodeStep _first;
    private readonly CollectStep _collected = new();

    /// <param name="tokenizer">The tokenizer of the ids.</param>
    /// <param name="skipSpecial">Leaves special tokens out.</param>
    public IncrementalDecoder(Tokenizer tokenizer, bool skipSpecial = false)
    {
        (_tokenizer, _skipSpecial) = (tokenizer, skipSpecial);
        DecodeStep[] steps = [.. tokenizer.NewDecoder(), _collected];
        for (var i = 0; i + 1 < steps.Length; i++)
        {
            steps[i].Next = steps[i + 1];
        }

        _first = steps[0];
    }

    /// <summary>Takes a token and gives the text that is certain now, often empty.</summary>
    public string Push(int id)
    {
        Feed(id);
        return _collected.Take();
    }

    /// <summary>Gives the text held back; no token may follow.</summary>
    public string Finish()
    {
        _first.Finish();
        return _collected.Take();
    }

    internal void Feed(int id)
    {
        if (_tokenizer.TokenText(id) is { } token && !(_skipSpecial && _tokenizer.IsSpecial(id)))
        {
            _first.Push(token, true);
        }
    }
}
