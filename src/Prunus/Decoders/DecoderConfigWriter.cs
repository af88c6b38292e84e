using System.Globalization;
using System.Text.Json.Nodes;

namespace Prunus.Decoders;

/// <summary><see cref="DecoderConfig"/> → the donor's config.json with new numbers; unknown keys stay.</summary>
internal static class DecoderConfigWriter
{
    public static JsonObject Write(DecoderConfig config, JsonObject donor)
    {
        var family = DecoderFamilies.Of(config);
        var json = (JsonObject)donor.DeepClone();
        var common = config.Layers.GroupBy(l => (l.QueryHeads, l.KvGroups, l.Ffn)).MaxBy(g => g.Count())!.Key;
        json["architectures"] = new JsonArray(family.Architecture);
        json["vocab_size"] = config.VocabSize;
        json["tie_word_embeddings"] = config.TiedEmbeddings;
        json[family.HiddenKey] = config.Hidden;
        foreach (var alias in family.HiddenAliases.Where(json.ContainsKey))
        {
            json[alias] = config.Hidden;
        }

        json[family.LayersKey] = config.LayerCount;
        json[family.HeadsKey] = common.QueryHeads;
        if (family.KvHeadsKey is { } kv)
        {
            json[kv] = common.KvGroups;
        }

        if (family.HeadDimKey is { } head)
        {
            json[head] = config.HeadDim;
        }

        if (family.DefaultFfnFactor is not { } factor || json[family.FfnKey] is not null || common.Ffn != factor * config.Hidden)
        {
            json[family.FfnKey] = common.Ffn;
        }

        WriteWindows(config, family, json);
        WriteOverrides(config, family, common, json);
        return json;
    }

    private static void WriteWindows(DecoderConfig config, DecoderFamily family, JsonObject json)
    {
        if (json["layer_types"] is not null || family.Windows == WindowRule.Periodic || config.Layers.Select(l => l.Window).Distinct().Count() > 1)
        {
            json["layer_types"] = new JsonArray([.. config.Layers.Select(l => (JsonNode)(l.Window is null ? "full_attention" : "sliding_attention"))]);
        }
    }

    private static void WriteOverrides(DecoderConfig config, DecoderFamily family, (int QueryHeads, int KvGroups, int Ffn) common, JsonObject json)
    {
        json.Remove("per_layer_config");
        var overrides = new JsonObject();
        for (var i = 0; i < config.LayerCount; i++)
        {
            var layer = config.Layers[i];
            var own = new JsonObject();
            if (layer.QueryHeads != common.QueryHeads)
            {
                own[family.HeadsKey] = layer.QueryHeads;
            }

            if (family.KvHeadsKey is { } kv && layer.KvGroups != common.KvGroups)
            {
                own[kv] = layer.KvGroups;
            }

            if (layer.Ffn != common.Ffn)
            {
                own[family.FfnKey] = layer.Ffn;
            }

            if (own.Count > 0)
            {
                overrides[i.ToString(CultureInfo.InvariantCulture)] = own;
            }
        }

        if (overrides.Count > 0)
        {
            json["per_layer_config"] = overrides;
        }
    }
}
