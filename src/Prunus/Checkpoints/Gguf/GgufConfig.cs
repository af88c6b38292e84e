using System.Globalization;
using System.Text.Json.Nodes;

namespace Prunus.Checkpoints.Gguf;

/// <summary>GGUF metadata → config.json in Hugging Face form (the older one, with rope_theta at the top level: every transformers reads it).</summary>
internal static class GgufConfig
{
    public static JsonObject Build(GgufArchitecture architecture, GgufMetadata metadata, GgufShape shape, GgufFile file)
    {
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray(architecture.ClassName),
            ["model_type"] = architecture.ModelType,
            ["vocab_size"] = shape.Vocabulary,
            ["tie_word_embeddings"] = !file.Tensors.ContainsKey("output.weight"),
            ["torch_dtype"] = StoredType(file),
            ["use_cache"] = true,
        };
        foreach (var (key, name) in new[] { ("bos", "bos_token_id"), ("eos", "eos_token_id"), ("padding", "pad_token_id") })
        {
            config[name] = metadata.OptionalInt($"tokenizer.ggml.{key}_token_id", most: uint.MaxValue) is { } id && id < shape.Vocabulary ? id : null;
        }

        if (architecture.Id == "gpt2")
        {
            Gpt2(config, metadata, shape);
        }
        else
        {
            LlamaLike(config, metadata, shape);
            GgufRope.Write(config, metadata, shape, file);
            Own(architecture, config, metadata, shape, file);
        }

        return config;
    }

    private static void LlamaLike(JsonObject config, GgufMetadata metadata, GgufShape shape)
    {
        config["hidden_size"] = shape.Hidden;
        config["intermediate_size"] = shape.Ffn[0];
        config["num_hidden_layers"] = shape.Layers;
        config["num_attention_heads"] = shape.QueryHeads[0];
        config["num_key_value_heads"] = shape.KvHeads[0];
        config["head_dim"] = shape.HeadDim;
        config["max_position_embeddings"] = metadata.Int(metadata.Own("context_length"));
        config["rms_norm_eps"] = metadata.Double(metadata.Own("attention.layer_norm_rms_epsilon"));
        config["attention_dropout"] = 0.0;
        config["initializer_range"] = 0.02;
        PerLayer(config, shape, ("intermediate_size", shape.Ffn), ("num_attention_heads", shape.QueryHeads), ("num_key_value_heads", shape.KvHeads));
    }

    private static void Gpt2(JsonObject config, GgufMetadata metadata, GgufShape shape)
    {
        config["n_embd"] = shape.Hidden;
        config["n_head"] = shape.QueryHeads[0];
        config["n_layer"] = shape.Layers;
        config["n_positions"] = metadata.Int(metadata.Own("context_length"));
        config["n_inner"] = shape.Ffn[0] == 4 * shape.Hidden ? null : shape.Ffn[0];
        config["layer_norm_epsilon"] = metadata.Double(metadata.Own("attention.layer_norm_epsilon"));
        config["activation_function"] = "gelu_new";
        config["initializer_range"] = 0.02;
        PerLayer(config, shape, ("n_inner", shape.Ffn), ("n_head", shape.QueryHeads));
    }

    private static void Own(GgufArchitecture architecture, JsonObject config, GgufMetadata metadata, GgufShape shape, GgufFile file)
    {
        switch (architecture.Id)
        {
            case "llama":
                config["hidden_act"] = "silu";
                config["attention_bias"] = file.Tensors.ContainsKey("blk.0.attn_q.bias");
                config["mlp_bias"] = file.Tensors.ContainsKey("blk.0.ffn_up.bias");
                break;
            case "qwen2" or "qwen3":
                config["hidden_act"] = "silu";
                config["sliding_window"] = null;
                config["use_sliding_window"] = false;
                if (architecture.Id == "qwen3")
                {
                    config["attention_bias"] = false;
                }

                break;
            case "phi3":
                config["hidden_act"] = "silu";
                config["sliding_window"] = Window(metadata);
                break;
            default:
                Gemma(architecture.Id, config, metadata, shape);
                break;
        }
    }

    private static void Gemma(string id, JsonObject config, GgufMetadata metadata, GgufShape shape)
    {
        config["attention_bias"] = false;
        config["hidden_activation"] = "gelu_pytorch_tanh";
        if (id == "gemma")
        {
            config["hidden_act"] = "gelu_pytorch_tanh";
            return;
        }

        // The files do not say how scores are scaled; the 27B models (46 and 62 layers) scale by hidden / heads, all others by head_dim.
        var isLargest = shape.Layers == (id == "gemma2" ? 46 : 62);
        config["query_pre_attn_scalar"] = isLargest ? shape.Hidden / shape.QueryHeads[0] : shape.HeadDim;
        config["sliding_window"] = Window(metadata) ?? (id == "gemma2" ? 4096 : 1024);
        var period = id == "gemma2" ? 2 : metadata.Has(metadata.Own("attention.sliding_window_pattern")) ? Pattern(metadata) : 6;
        config["layer_types"] = new JsonArray([.. Enumerable.Range(1, shape.Layers).Select(i => (JsonNode)(i % period == 0 ? "full_attention" : "sliding_attention"))]);
        config["attn_logit_softcapping"] = metadata.OptionalDouble(metadata.Own("attn_logit_softcapping")) ?? (id == "gemma2" ? 50.0 : null);
        config["final_logit_softcapping"] = metadata.OptionalDouble(metadata.Own("final_logit_softcapping")) ?? (id == "gemma2" ? 30.0 : null);
    }

    private static long Pattern(GgufMetadata metadata) => metadata.Int(metadata.Own("attention.sliding_window_pattern"));

    private static long? Window(GgufMetadata metadata) =>
        metadata.OptionalInt(metadata.Own("attention.sliding_window"), most: uint.MaxValue) is { } window and > 0 and < int.MaxValue ? window : null;

    // Layers that differ from the first one.
    private static void PerLayer(JsonObject config, GgufShape shape, params (string Key, long[] Values)[] widths)
    {
        var layers = new JsonObject();
        for (var i = 1; i < shape.Layers; i++)
        {
            var own = new JsonObject([.. widths.Where(w => w.Values[i] != w.Values[0]).Select(w => KeyValuePair.Create(w.Key, (JsonNode?)w.Values[i]))]);
            if (own.Count > 0)
            {
                layers[i.ToString(CultureInfo.InvariantCulture)] = own;
            }
        }

        if (layers.Count > 0)
        {
            config["per_layer_config"] = layers;
        }
    }

    private static string StoredType(GgufFile file) => file.Tensors["token_embd.weight"].Type.Element switch
    {
        ElementType.BF16 => "bfloat16",
        ElementType.F16 => "float16",
        _ => "float32",
    };
}
