using System.Globalization;
using System.Text;

namespace Prunus.Tokenizers;

/// <summary>
/// One step from tokens to text, fed token by token so that text can be shown while it is made; whole texts take the same way.
/// </summary>
internal abstract class DecodeStep
{
    /// <summary>Where the step's output goes.</summary>
    public DecodeStep Next { get; set; } = null!;

    /// <summary>Takes text.</summary>
    /// <param name="text">A token, or a part of one.</param>
    /// <param name="startsToken">Whether a new token starts here; later parts of the same one come with false.</param>
    public abstract void Push(string text, bool startsToken);

    /// <summary>Gives out what was held back; nothing follows.</summary>
    public virtual void Finish() => Next.Finish();
}

/// <summary>The end of the line: collects the text.</summary>
internal sealed class CollectStep : DecodeStep
{
    private readonly StringBuilder _text = new();

    public override void Push(string text, bool startsToken) => _text.Append(text);

    public override void Finish()
    {
    }

    /// <summary>The text since the last call.</summary>
    public string Take()
    {
        var text = _text.ToString();
        _text.Clear();
        return text;
    }
}

/// <summary>Byte-level tokens to text: one U+FFFD for each maximal invalid part, a character that is not complete yet is held back.</summary>
internal sealed class ByteLevelStep : DecodeStep
{
    private readonly Decoder _utf8 = new UTF8Encoding(false).GetDecoder();
    private bool _started;

    public override void Push(string text, bool startsToken) => Decode(ByteAlphabet.BytesOf(text), flush: false);

    public override void Finish()
    {
        Decode([], flush: true);
        base.Finish();
    }

    private void Decode(byte[] bytes, bool flush)
    {
        var characters = new char[_utf8.GetCharCount(bytes, 0, bytes.Length, flush)];
        var count = _utf8.GetChars(bytes, 0, bytes.Length, characters, 0, flush);
        if (count > 0)
        {
            Next.Push(new(characters, 0, count), !_started);
            _started = true;
        }
    }
}

/// <summary>Runs of tokens <c>&lt;0x00&gt;</c> … <c>&lt;0xFF&gt;</c> to text: one U+FFFD for each byte of a run that is not UTF-8 as a whole.</summary>
internal sealed class ByteFallbackStep : DecodeStep
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private readonly List<byte> _run = [];

    public override void Push(string text, bool startsToken)
    {
        if (TryByte(text, out var value))
        {
            _run.Add(value);
            return;
        }

        Flush();
        Next.Push(text, startsToken);
    }

    public override void Finish()
    {
        Flush();
        base.Finish();
    }

    /// <summary>Whether a token is a byte of the fallback, and which.</summary>
    public static bool TryByte(string token, out byte value)
    {
        value = 0;
        return token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private void Flush()
    {
        if (_run.Count == 0)
        {
            return;
        }

        try
        {
            Next.Push(Strict.GetString([.. _run]), true);
        }
        catch (DecoderFallbackException)
        {
            for (var i = 0; i < _run.Count; i++)
            {
                Next.Push("\uFFFD", true);
            }
        }

        _run.Clear();
    }
}

/// <summary>Makes one token of all.</summary>
internal sealed class FuseStep : DecodeStep
{
    private bool _started;

    public override void Push(string text, bool startsToken)
    {
        Next.Push(text, !_started);
        _started = true;
    }
}

/// <summary>Replaces a pattern inside every token.</summary>
internal sealed class ReplaceStep(TextPattern pattern, string replacement) : DecodeStep
{
    public override void Push(string text, bool startsToken) => Next.Push(pattern.Replace(text, replacement), startsToken);
}

/// <summary>Metaspace's visible blank to a blank; dropped in the first token when one is put before texts.</summary>
internal sealed class MetaspaceStep(char replacement, bool dropFirst) : DecodeStep
{
    private int _tokens;

    public override void Push(string text, bool startsToken)
    {
        _tokens += startsToken ? 1 : 0;
        Next.Push(text.Replace(replacement.ToString(), _tokens <= 1 && dropFirst ? "" : " ", StringComparison.Ordinal), startsToken);
    }
}

/// <summary>Takes up to <paramref name="start"/> characters off the front of every token and up to <paramref name="stop"/> off its end.</summary>
internal sealed class StripStep(char content, int start, int stop) : DecodeStep
{
    private int _toStrip;
    private int _held;

    public override void Push(string text, bool startsToken)
    {
        if (startsToken)
        {
            EndToken();
            _toStrip = start;
        }

        var from = 0;
        while (from < text.Length && _toStrip > 0 && text[from] == content)
        {
            from++;
            _toStrip--;
        }

        if (from < text.Length)
        {
            _toStrip = 0;
        }

        var end = text.Length;
        while (end > from && stop > 0 && text[end - 1] == content)
        {
            end--;
        }

        // A run of the character at the end may be the token's end: wait.
        var before = end > from ? new string(content, _held) : "";
        _held = text.Length - end + (end > from ? 0 : _held);
        Next.Push(before + text[from..end], startsToken);
    }

    public override void Finish()
    {
        EndToken();
        base.Finish();
    }

    private void EndToken()
    {
        if (_held > stop)
        {
            Next.Push(new(content, _held - stop), false);
        }

        _held = 0;
    }
}

/// <summary>Without a decoder tokens are words: a blank between them.</summary>
internal sealed class JoinStep : DecodeStep
{
    private bool _started;

    public override void Push(string text, bool startsToken)
    {
        Next.Push(_started && startsToken ? " " + text : text, startsToken);
        _started = true;
    }
}
