using System.Text.Json.Nodes;
using Prunus.Checkpoints;

namespace Prunus.Tests.Checkpoints.Gguf;

/// <summary>Writes a Hugging Face checkpoint as llama.cpp's converter would (float32), so that reading it back can be compared.</summary>
internal static class GgufFromHuggingFace
{
    public static byte[] Convert(Checkpoint donor)
    {
        var config = donor.Config;
        var architecture = config["model_type"]!.GetValue<string>() switch { "gemma3_text" => "gemma3", var type => type };
        var builder = new GgufBuilder().Add("general.architecture", architecture).Add("general.license", "mit");
        Metadata(builder, architecture, config);
        foreach (var (name, entry) in donor.Tensors)
        {
            var ggufName = Rename(architecture, name);
            var (shape, values) = Store(architecture, ggufName, entry, donor.ReadAll(name), config);
            builder.Tensor(ggufName, shape, values);
        }

        if (config["rope_parameters"]?["rope_type"]?.GetValue<string>() == "llama3")
        {
            builder.Tensor("rope_freqs.weight", [8], Llama3Factors(config["rope_parameters"]!, 16));
        }

        return builder.Build();
    }

    private static void Metadata(GgufBuilder builder, string architecture, JsonObject config)
    {
        void Int(string key, params string[] names) => Copy(names, n => builder.Add($"{architecture}.{key}", n.GetValue<uint>()));
        void Number(string key, params string[] names) => Copy(names, n => builder.Add($"{architecture}.{key}", (float)n.GetValue<double>()));
        void Copy(string[] names, Action<JsonNode> add)
        {
            if (names.Select(n => config[n]).OfType<JsonNode>().FirstOrDefault() is { } node)
            {
                add(node);
            }
        }

        Int("block_count", "num_hidden_layers", "n_layer");
        Int("context_length", "max_position_embeddings", "n_positions");
        Int("embedding_length", "hidden_size", "n_embd");
        Int("attention.head_count", "num_attention_heads", "n_head");
        Int("attention.head_count_kv", "num_key_value_heads");
        Int("attention.key_length", "head_dim");
        Int("attention.value_length", "head_dim");
        Int("attention.sliding_window", "sliding_window");
        Number("attention.layer_norm_rms_epsilon", "rms_norm_eps");
        Number("attention.layer_norm_epsilon", "layer_norm_epsilon");
        Number("attn_logit_softcapping", "attn_logit_softcapping");
        Number("final_logit_softcapping", "final_logit_softcapping");
        builder.Add($"{architecture}.feed_forward_length", config["intermediate_size"]?.GetValue<uint>() ?? 4 * config["n_embd"]!.GetValue<uint>());
        if ((config["rope_parameters"]?["full_attention"] ?? config["rope_parameters"])?["rope_theta"] is { } theta)
        {
            builder.Add($"{architecture}.rope.freq_base", (float)theta.GetValue<double>());
        }
    }

    private static string Rename(string architecture, string name)
    {
        var (from, to) = architecture switch
        {
            "gpt2" => (
                new[] { "transformer.wte", "transformer.wpe", "transformer.ln_f", "transformer.h.", "ln_1", "ln_2", "attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj" },
                new[] { "token_embd", "position_embd", "output_norm", "blk.", "attn_norm", "ffn_norm", "attn_qkv", "attn_output", "ffn_up", "ffn_down" }),
            _ => (
                ["model.embed_tokens", "model.norm", "lm_head", "model.layers.", "input_layernorm", architecture.StartsWith("gemma", StringComparison.Ordinal) ? "post_attention_layernorm" : "?", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm",
                    "self_attn.qkv_proj", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "self_attn.q_norm", "self_attn.k_norm", "mlp.gate_up_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"],
                ["token_embd", "output_norm", "output", "blk.", "attn_norm", "post_attention_norm", "ffn_norm", "ffn_norm", "post_ffw_norm",
                    "attn_qkv", "attn_q", "attn_k", "attn_v", "attn_output", "attn_q_norm", "attn_k_norm", "ffn_up", "ffn_gate", "ffn_up", "ffn_down"]),
        };
        return from.Zip(to).Aggregate(name, (n, pair) => n.Replace(pair.First, pair.Second, StringComparison.Ordinal));
    }

    private static (long[] Shape, float[] Values) Store(string architecture, string name, TensorEntry entry, float[] values, JsonObject config)
    {
        long[] shape = [.. entry.Shape];
        if (architecture == "gpt2" && shape.Length == 2 && name.StartsWith("blk.", StringComparison.Ordinal))
        {
            var turned = new float[values.Length];
            for (var i = 0; i < values.Length; i++)
            {
                turned[(i % shape[1] * shape[0]) + (i / shape[1])] = values[i];
            }

            return ([shape[1], shape[0]], turned);
        }

        if (architecture.StartsWith("gemma", StringComparison.Ordinal) && name.EndsWith("norm.weight", StringComparison.Ordinal))
        {
            return (shape, [.. values.Select(v => v + 1)]);
        }

        if (architecture != "llama" || !(name.Contains("attn_q.", StringComparison.Ordinal) || name.Contains("attn_k.", StringComparison.Ordinal)))
        {
            return (shape, values);
        }

        var heads = config[name.Contains("attn_q.", StringComparison.Ordinal) ? "num_attention_heads" : "num_key_value_heads"]!.GetValue<int>();
        var rows = (int)shape[0] / heads;
        var columns = values.Length / (int)shape[0];
        var stored = new float[values.Length];
        for (var row = 0; row < shape[0]; row++)
        {
            var (head, inside) = (row / rows, row % rows);
            var target = (head * rows) + (inside % (rows / 2) * 2) + (inside / (rows / 2));
            values.AsSpan(row * columns, columns).CopyTo(stored.AsSpan(target * columns));
        }

        return (shape, stored);
    }

    private static float[] Llama3Factors(JsonNode rope, int dimension)
    {
        double Of(string key) => rope[key]!.GetValue<double>();
        var (factor, low, high, original) = (Of("factor"), Of("low_freq_factor"), Of("high_freq_factor"), Of("original_max_position_embeddings"));
        return [.. Enumerable.Range(0, dimension / 2).Select(i =>
        {
            var wavelength = 2 * Math.PI * Math.Pow(Of("rope_theta"), 2.0 * i / dimension);
            var smooth = ((original / wavelength) - low) / (high - low);
            return (float)(wavelength < original / high ? 1 : wavelength > original / low ? factor : 1 / (((1 - smooth) / factor) + smooth));
        })];
    }
}
