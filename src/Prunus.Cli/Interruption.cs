using System.Runtime.InteropServices;
using System.Text;

namespace Prunus.Cli;

/// <summary>Ctrl+C and SIGTERM: the first asks the verb to stop at a safe point, the second ends the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    private static readonly byte[] AtOnce = Encoding.UTF8.GetBytes("prunus: cancelled: ended at once at your second request; repeat the command\n");

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    private Interruption() =>
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];

    public CancellationToken Token => _source.Token;

    public static Interruption Listen() => new();

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    // Environment.Exit would run libtorch's own clean-up under the feet of a thread that still computes.
    private static void StopAtOnce()
    {
        // Past Console.Error, whose lock the thread that is stopped may hold.
        using var error = Console.OpenStandardError();
        error.Write(AtOnce);
        if (OperatingSystem.IsWindows())
        {
            Environment.Exit(ExitCode.Cancelled);
        }

        ExitProcess(ExitCode.Cancelled);
    }

    [DllImport("libc", EntryPoint = "_exit")]
    private static extern void ExitProcess(int code);

    private void Handle(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested)
        {
            StopAtOnce();
        }

        context.Cancel = true;
        _source.Cancel();
    }
}
