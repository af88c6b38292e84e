using System.Runtime.InteropServices;

namespace Prunus.Native;

/// <summary>An operator of libtorch failed. The message says why; where in TorchScript it was, the inner exception says.</summary>
public sealed class LibtorchException(string message, Exception inner) : ExternalException(message, inner);
