using System.Runtime.CompilerServices;
using Prunus.Native;

namespace Prunus.Tests.Native;

internal static class TestProcess
{
    // Test classes run side by side: one OpenMP thread each, so that two cores aren't oversubscribed.
    [ModuleInitializer]
    internal static void Tune()
    {
        ProcessTuning.Apply(threads: 1);
        Libtorch.Load();
    }
}
