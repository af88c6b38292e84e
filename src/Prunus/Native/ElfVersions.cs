using System.Buffers.Binary;
using System.Text;

namespace Prunus.Native;

/// <summary>
/// Symbol versions of a 64-bit little-endian ELF library: those it defines, and those it needs. TorchSharp's wrapper names
/// GLIBCXX_3.4.32 for one symbol that nothing in it uses; marking that need weak lets it load where libstdc++ is older
/// (Debian 12, Ubuntu 22.04).
/// </summary>
internal sealed class ElfVersions
{
    private const ulong StringTable = 5, Rela = 7, RelaSize = 8, PltRela = 23, PltRelaSize = 2;
    private const ulong VersionSymbols = 0x6ffffff0, VersionsDefined = 0x6ffffffc, VersionsNeeded = 0x6ffffffe;
    private const byte WeakFlag = 2;

    private readonly byte[] _image;
    private readonly Dictionary<ulong, ulong> _dynamic = [];
    private readonly List<(ulong Address, ulong Offset, ulong Size)> _segments = [];

    /// <param name="image">The file; <see cref="WeakenMissing"/> changes it in place.</param>
    /// <exception cref="BadImageFormatException">Not such a library.</exception>
    public ElfVersions(byte[] image)
    {
        _image = image;
        if (image.Length < 64 || U32(0) != 0x464c457f || image[4] != 2 || image[5] != 1)
        {
            throw new BadImageFormatException("not a 64-bit little-endian ELF file");
        }

        var headers = (long)U64(32);
        var dynamicOffset = -1L;
        for (var i = 0; i < U16(56); i++)
        {
            var header = headers + ((long)i * U16(54));
            switch (U32(header))
            {
                case 1:
                    _segments.Add((U64(header + 16), U64(header + 8), U64(header + 32)));
                    break;
                case 2:
                    dynamicOffset = (long)U64(header + 8);
                    break;
            }
        }

        for (var entry = dynamicOffset; dynamicOffset > 0 && U64(entry) != 0; entry += 16)
        {
            _dynamic.TryAdd(U64(entry), U64(entry + 8));
        }
    }

    /// <summary>Names of the versions it defines, such as GLIBCXX_3.4.30.</summary>
    public IReadOnlySet<string> Defined()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (!_dynamic.TryGetValue(VersionsDefined, out var first))
        {
            return names;
        }

        var strings = Offset(_dynamic[StringTable]);
        for (var entry = Offset(first); ; entry += U32(entry + 16))
        {
            names.Add(Text(strings + U32(entry + U32(entry + 12))));
            if (U32(entry + 16) == 0)
            {
                return names;
            }
        }
    }

    /// <summary>Marks weak what it needs of <paramref name="library"/> and the installed one lacks.</summary>
    /// <returns>Versions marked weak, and versions that can't be because a relocation uses them.</returns>
    public (IReadOnlyList<string> Weakened, IReadOnlyList<string> Required) WeakenMissing(string library, IReadOnlySet<string> installed)
    {
        List<string> weakened = [], required = [];
        if (!_dynamic.TryGetValue(VersionsNeeded, out var first))
        {
            return (weakened, required);
        }

        var strings = Offset(_dynamic[StringTable]);
        var used = UsedVersions();
        for (var need = Offset(first); ; need += U32(need + 12))
        {
            if (Text(strings + U32(need + 4)) == library)
            {
                var version = need + U32(need + 8);
                for (int left = U16(need + 2); left > 0; left--, version += U32(version + 12))
                {
                    var name = Text(strings + U32(version + 8));
                    if (installed.Contains(name))
                    {
                        continue;
                    }

                    if (used.Contains(U16(version + 6) & 0x7fff))
                    {
                        required.Add(name);
                    }
                    else
                    {
                        _image[version + 4] |= WeakFlag;
                        weakened.Add(name);
                    }
                }
            }

            if (U32(need + 12) == 0)
            {
                return (weakened, required);
            }
        }
    }

    private HashSet<int> UsedVersions()
    {
        var used = new HashSet<int>();
        var versions = Offset(_dynamic[VersionSymbols]);
        foreach (var (table, size) in new[] { (Rela, RelaSize), (PltRela, PltRelaSize) })
        {
            if (!_dynamic.TryGetValue(table, out var address))
            {
                continue;
            }

            var start = Offset(address);
            for (var entry = start; entry < start + (long)_dynamic[size]; entry += 24)
            {
                var symbol = U64(entry + 8) >> 32;
                if (symbol != 0)
                {
                    used.Add(U16(versions + (2 * (long)symbol)) & 0x7fff);
                }
            }
        }

        return used;
    }

    private long Offset(ulong address)
    {
        foreach (var (start, offset, size) in _segments)
        {
            if (address >= start && address < start + size)
            {
                return (long)(address - start + offset);
            }
        }

        throw new BadImageFormatException("an address lies outside the file");
    }

    private ushort U16(long at) => BinaryPrimitives.ReadUInt16LittleEndian(_image.AsSpan(checked((int)at)));

    private uint U32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(_image.AsSpan(checked((int)at)));

    private ulong U64(long at) => BinaryPrimitives.ReadUInt64LittleEndian(_image.AsSpan(checked((int)at)));

    private string Text(long at)
    {
        var bytes = _image.AsSpan(checked((int)at));
        return Encoding.ASCII.GetString(bytes[..bytes.IndexOf((byte)0)]);
    }
}
