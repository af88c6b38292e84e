using System.Globalization;

namespace Prunus.Native;

/// <summary>Memory of this process as the kernel counts it, in bytes; 0 where it doesn't say.</summary>
public static class MemoryUse
{
    /// <summary>Highest resident size since the process started.</summary>
    public static long PeakBytes => Read("VmHWM:");

    /// <summary>Resident size now.</summary>
    public static long CurrentBytes => Read("VmRSS:");

    private static long Read(string key)
    {
        const string file = "/proc/self/status";
        var line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal)) : null;
        return line is null ? 0 : 1024 * long.Parse(line[key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }
}
