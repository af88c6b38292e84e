using System.Text;

namespace Prunus.Tokenizers;

/// <summary>Kinds of pieces, by their numbers in the file.</summary>
internal enum PieceKind { Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6 }

/// <summary>A piece of a SentencePiece vocabulary; its id is its place.</summary>
internal readonly record struct SentencePiece(string Text, float Score, PieceKind Kind);

/// <summary>What a SentencePiece .model file (protobuf, sentencepiece_model.proto) says, as far as encoding needs it.</summary>
internal sealed class SentencePieceModel
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public List<SentencePiece> Pieces { get; } = [];

    /// <summary>1 unigram, 2 BPE, 3 words, 4 characters.</summary>
    public int ModelType { get; private set; } = 1;

    public bool ByteFallback { get; private set; }

    public bool WhitespaceAsSuffix { get; private set; }

    public int BosId { get; private set; } = 1;

    public int EosId { get; private set; } = 2;

    public string UnknownSurface { get; private set; } = " \u2047 ";

    public string NormalizationName { get; private set; } = "";

    /// <summary>Whether there is a table of character replacements.</summary>
    public bool HasCharacterMap { get; private set; }

    public bool AddDummyPrefix { get; private set; } = true;

    public bool RemoveExtraWhitespaces { get; private set; } = true;

    public bool EscapeWhitespaces { get; private set; } = true;

    public static SentencePieceModel Parse(byte[] file, string name)
    {
        var model = new SentencePieceModel();
        var fields = new ProtobufFields(file, name);
        while (fields.Next())
        {
            switch (fields.Number)
            {
                case 1:
                    model.Pieces.Add(ParsePiece(fields.Bytes, name));
                    break;
                case 2:
                    model.ParseTrainer(fields.Bytes, name);
                    break;
                case 3:
                    model.ParseNormalizer(fields.Bytes, name);
                    break;
                default:
                    break;
            }
        }

        return model.Pieces.Count > 0 ? model : throw new PrunusInputException(name, "holds no pieces", "give a SentencePiece model");
    }

    private static SentencePiece ParsePiece(ReadOnlySpan<byte> message, string name)
    {
        var piece = new SentencePiece("", 0, PieceKind.Normal);
        var fields = new ProtobufFields(message, name);
        while (fields.Next())
        {
            piece = fields.Number switch
            {
                1 => piece with { Text = Text(fields.Bytes, name) },
                2 => piece with { Score = fields.Float },
                3 => piece with { Kind = (PieceKind)(int)fields.Varint },
                _ => piece,
            };
        }

        return piece.Text.Length > 0 && float.IsFinite(piece.Score) && Enum.IsDefined(piece.Kind)
            ? piece
            : throw new PrunusInputException(name, $"has a broken piece '{piece.Text}'", "get the file again from its publisher");
    }

    private void ParseTrainer(ReadOnlySpan<byte> message, string name)
    {
        var fields = new ProtobufFields(message, name);
        while (fields.Next())
        {
            switch (fields.Number)
            {
                case 3:
                    ModelType = (int)fields.Varint;
                    break;
                case 24:
                    WhitespaceAsSuffix = fields.Varint != 0;
                    break;
                case 35:
                    ByteFallback = fields.Varint != 0;
                    break;
                case 41:
                    BosId = (int)fields.Varint;
                    break;
                case 42:
                    EosId = (int)fields.Varint;
                    break;
                case 44:
                    UnknownSurface = Text(fields.Bytes, name);
                    break;
                default:
                    break;
            }
        }
    }

    private void ParseNormalizer(ReadOnlySpan<byte> message, string name)
    {
        var fields = new ProtobufFields(message, name);
        while (fields.Next())
        {
            switch (fields.Number)
            {
                case 1:
                    NormalizationName = Text(fields.Bytes, name);
                    break;
                case 2:
                    HasCharacterMap = fields.Bytes.Length > 0;
                    break;
                case 3:
                    AddDummyPrefix = fields.Varint != 0;
                    break;
                case 4:
                    RemoveExtraWhitespaces = fields.Varint != 0;
                    break;
                case 5:
                    EscapeWhitespaces = fields.Varint != 0;
                    break;
                default:
                    break;
            }
        }
    }

    private static string Text(ReadOnlySpan<byte> bytes, string name)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException cause)
        {
            throw new PrunusInputException(name, "holds text that is not UTF-8", "get the file again from its publisher", cause);
        }
    }
}
