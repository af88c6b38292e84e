using System.Buffers;
using System.Text;

namespace Prunus.Tokenizers;

/// <summary>
/// SentencePiece's decoding: ▁ is a blank, but not at the start of the text; control pieces are silent; of a run of byte pieces the valid
/// characters stay and every other byte is one U+FFFD.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="silent">Texts of the control pieces.</param>
/// <param name="unknown">Text of the unknown piece.</param>
internal sealed class SentencePieceStep(SentencePieceModel model, HashSet<string> silent, string unknown) : DecodeStep
{
    private readonly List<byte> _run = [];
    private readonly bool _stripStart = model.AddDummyPrefix || model.RemoveExtraWhitespaces;
    private bool _atStart = true;

    public override void Push(string text, bool startsToken)
    {
        if (model.ByteFallback && ByteFallbackStep.TryByte(text, out var value))
        {
            _run.Add(value);
            DecodeRun(atEnd: false);
            return;
        }

        DecodeRun(atEnd: true);
        if (silent.Contains(text))
        {
            return;
        }

        if (text == unknown)
        {
            Emit(model.UnknownSurface);
            return;
        }

        if (_atStart && _stripStart && text.StartsWith('▁'))
        {
            text = text[1..];
            // With removal of blanks more of them may follow; else one is all there was.
            _atStart = model.RemoveExtraWhitespaces;
        }

        Emit(text.Replace('▁', ' '));
    }

    public override void Finish()
    {
        DecodeRun(atEnd: true);
        base.Finish();
    }

    private void DecodeRun(bool atEnd)
    {
        var bytes = _run.ToArray().AsSpan();
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var consumed);
            if (status == OperationStatus.NeedMoreData && !atEnd)
            {
                break;
            }

            Emit(status == OperationStatus.Done ? rune.ToString() : "\uFFFD");
            bytes = bytes[(status == OperationStatus.Done ? consumed : 1)..];
        }

        _run.RemoveRange(0, _run.Count - bytes.Length);
    }

    private void Emit(string text)
    {
        if (text.Length > 0)
        {
            _atStart = false;
            Next.Push(text, true);
        }
    }
}
