using System.Globalization;
using System.Text.Json.Nodes;
using Prunus.Decoders;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Tickets;
using Prunus.Native;
using TorchSharp;

namespace Prunus.Lottery;

/// <summary>A decoder's architecture as the lab sees it; masks cover the matrices of its blocks.</summary>
public sealed class DecoderTicketArchitecture(DecoderConfig config) : ITicketArchitecture
{
    /// <summary>Matrices and embeddings normal with deviation 0.02 (Radford et al. 2019, GPT-2), norms 1, biases 0. Any other deviation can be written.</summary>
    public const string Initialisation = Normal + "0.02";

    private const string Normal = "normal-";

    /// <summary>The architecture.</summary>
    public DecoderConfig Config => config;

    /// <summary>Its name in studies, <c>decoder:demo:layers=2</c>, which says whose tokenizer it has; null where that is not known.</summary>
    public string? Net { get; init; }

    /// <summary>Its config.json; null where that is not known.</summary>
    public JsonObject? Json { get; init; }

    public string Name { get; } = DecoderTicketNet.NameOf(config);

    public IReadOnlyList<TicketTensor> Tensors { get; } = [.. DecoderTicketNet.TensorsOf(config)];

    /// <summary>The standard deviation that a law names.</summary>
    /// <exception cref="PrunusInputException">It names none.</exception>
    public static double Deviation(string initialisation) => initialisation.StartsWith(Normal, StringComparison.Ordinal)
        && double.TryParse(initialisation.AsSpan(Normal.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var deviation) && deviation > 0
        ? deviation : throw new PrunusInputException("initialisation", $"'{initialisation}' is no law for decoders", $"write {Initialisation}, or another deviation");

    public IReadOnlyDictionary<string, float[]> Draw(string initialisation, long seed)
    {
        using var decoder = Decoder.Initialise(config, seed, Deviation(initialisation), torch.CPU, torch.ScalarType.Float32);
        return decoder.Parameters.ToDictionary(p => p.Key, p => TensorMemory.Span<float>(p.Value).ToArray(), StringComparer.Ordinal);
    }

    public ITicketNet Create(IReadOnlyDictionary<string, torch.Tensor> tensors) => new DecoderTicketNet(new Decoder(config, tensors));

    public JsonObject Notes => Net is null || Json is null ? [] : TicketDecoders.Notes(Net, Json);

    /// <summary>Of a block: matrix products, the output head among them, and attention of each token over those before it.</summary>
    public long? MultiplyAdds(int block) => (long)Math.Round(DecoderCost.Of(config, block).FlopsPerToken / 2 * block);

    public DeadUnits DeadUnits(MaskSet masks) => DecoderUnits.Of(config, masks);
}
