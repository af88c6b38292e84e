using System.Text.Json.Nodes;
using Prunus.Lottery.Masks;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery;

/// <summary>What nets are made of before there is one: names, shapes, laws of initial values. Image nets and decoders look alike.</summary>
public interface ITicketArchitecture
{
    /// <summary><see cref="ITicketNet.Architecture"/> of its nets.</summary>
    string Name { get; }

    /// <summary>Every tensor in the order of the pass.</summary>
    IReadOnlyList<TicketTensor> Tensors { get; }

    /// <summary>Initial values of all tensors, row-major. The same seed gives the same values everywhere.</summary>
    /// <param name="initialisation">A law's id.</param>
    /// <param name="seed">Seed.</param>
    /// <exception cref="PrunusInputException">The law is not known.</exception>
    IReadOnlyDictionary<string, float[]> Draw(string initialisation, long seed);

    /// <summary>A net of tensors, which it owns from then on.</summary>
    ITicketNet Create(IReadOnlyDictionary<string, Tensor> tensors);

    /// <summary>What a ticket's file says beside the name, so that the architecture can be built from it; empty where the name says all.</summary>
    JsonObject Notes => [];

    /// <summary>Multiplications, each with an addition, of an example's pass; null where nobody counts them.</summary>
    /// <param name="block">Tokens of an example of text; no matter to images.</param>
    long? MultiplyAdds(int block) => null;

    /// <summary>Units that masks cut off; null where nobody can tell.</summary>
    DeadUnits? DeadUnits(MaskSet masks);

    /// <summary>A net of values, row-major.</summary>
    /// <param name="values">Of every tensor, by name.</param>
    /// <param name="device">Where the tensors shall lie.</param>
    ITicketNet Create(IReadOnlyDictionary<string, float[]> values, Device device)
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        return Create(Tensors.ToDictionary(t => t.Name, t => tensor(values[t.Name], [.. t.Shape]).to(device), StringComparer.Ordinal));
    }

    /// <summary>A net of drawn values.</summary>
    ITicketNet Initialise(string initialisation, long seed, Device device) => Create(Draw(initialisation, seed), device);
}
