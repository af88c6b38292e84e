using System.Text.Json.Nodes;

namespace Prunus.Decoders;

/// <summary>Sizes that stand in for those of a config.json.</summary>
/// <param name="Hidden">Width; null as there.</param>
/// <param name="Ffn">MLP neurons.</param>
/// <param name="Layers">Layers.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="Groups">Key-value heads.</param>
public sealed record DecoderSizes(int? Hidden = null, int? Ffn = null, int? Layers = null, int? Heads = null, int? Groups = null)
{
    /// <summary>A copy of a config.json with these sizes, float32.</summary>
    public JsonObject Over(JsonObject config)
    {
        var changed = (JsonObject)config.DeepClone();
        foreach (var (key, value) in new[] { ("hidden_size", Hidden), ("intermediate_size", Ffn), ("num_hidden_layers", Layers), ("num_attention_heads", Heads), ("num_key_value_heads", Groups) })
        {
            if (value is { } width)
            {
                changed[key] = width;
            }
        }

        changed["dtype"] = "float32";
        return changed;
    }
}
