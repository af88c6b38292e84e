namespace Prunus.Tokenizers;

internal static class SentencePieceReader
{
    public static TokenizerParts Read(byte[] file, string name, TokenizerSettings settings) => throw new PrunusInputException(name, "soon", "wait");
}
