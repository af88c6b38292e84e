using System.Collections.Frozen;
using System.Text;

namespace Prunus.Tokenizers;

/// <summary>
/// The printable characters that stand for the 256 bytes in byte-level vocabularies (Radford et al. 2019, GPT-2):
/// printable Latin-1 characters stand for themselves, the other bytes, in order, for U+0100 and on.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = Build();
    private static readonly FrozenDictionary<char, byte> Bytes =
        Characters.Select((c, b) => KeyValuePair.Create(c, (byte)b)).ToFrozenDictionary();

    /// <summary>The character of a byte.</summary>
    public static char Character(byte value) => Characters[value];

    /// <summary>The byte a character stands for.</summary>
    public static bool TryByte(char character, out byte value) => Bytes.TryGetValue(character, out value);

    /// <summary>UTF-8 bytes of a text, each as its character; lone surrogates count as U+FFFD.</summary>
    public static string Spell(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        return string.Create(bytes.Length, bytes, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = Characters[from[i]];
            }
        });
    }

    /// <summary>The bytes a token stands for: those of its characters, or its own UTF-8 when one of them is not of the alphabet.</summary>
    public static byte[] BytesOf(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            if (!Bytes.TryGetValue(token[i], out bytes[i]))
            {
                return Encoding.UTF8.GetBytes(token);
            }
        }

        return bytes;
    }

    private static char[] Build()
    {
        var characters = new char[256];
        var next = (char)256;
        for (var b = 0; b < 256; b++)
        {
            characters[b] = b is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174 and <= 255) ? (char)b : next++;
        }

        return characters;
    }
}
