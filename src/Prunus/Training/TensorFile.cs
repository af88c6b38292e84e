using System.Runtime.InteropServices;
using Prunus.Checkpoints;
using Prunus.Native;
using TorchSharp;

namespace Prunus.Training;

/// <summary>Float32 tensors, on any device, to and from a safetensors file, bit for bit.</summary>
internal static class TensorFile
{
    private const int PieceBytes = 16 << 20;

    /// <summary>A tensor as the writer takes it; its values are fetched when their turn comes.</summary>
    public static TensorSource Source(string name, torch.Tensor tensor) =>
        new(name, ElementType.F32, tensor.shape, () => Pieces(tensor));

    /// <summary>Fills a tensor from the file.</summary>
    /// <exception cref="PrunusInputException">The tensor is absent or has another shape or type.</exception>
    public static void Read(SafetensorsFile file, string name, torch.Tensor destination)
    {
        if (!file.Tensors.TryGetValue(name, out var entry) || entry.Type != ElementType.F32 || !entry.Shape.SequenceEqual(destination.shape))
        {
            throw new PrunusInputException(
                file.Location, $"has no float32 tensor '{name}' of shape [{string.Join(",", destination.shape)}]", "delete the checkpoint folder to start anew");
        }

        using var noGradient = torch.no_grad();
        using var staging = destination.device_type == DeviceType.CPU && destination.is_contiguous()
            ? destination.alias()
            : torch.empty(destination.shape, dtype: torch.ScalarType.Float32);
        var address = TensorMemory.Address(staging);
        for (long done = 0; done < entry.ByteCount; done += PieceBytes)
        {
            file.ReadBytes(name, done, Memory(address + (nint)done, (int)Math.Min(PieceBytes, entry.ByteCount - done)));
        }

        if (TensorMemory.Address(destination) != address)
        {
            destination.copy_(staging);
        }
    }

    private static unsafe Span<byte> Memory(nint address, int length) => new((void*)address, length);

    private static IEnumerable<ReadOnlyMemory<byte>> Pieces(torch.Tensor tensor)
    {
        using var detached = tensor.detach();
        using var near = detached.cpu();
        using var values = near.contiguous();
        var address = TensorMemory.Address(values);
        var bytes = values.numel() * sizeof(float);
        var piece = new byte[Math.Min(PieceBytes, bytes)];
        for (long done = 0; done < bytes; done += PieceBytes)
        {
            var length = (int)Math.Min(PieceBytes, bytes - done);
            Marshal.Copy(address + (nint)done, piece, 0, length);
            yield return piece.AsMemory(0, length);
        }
    }
}
