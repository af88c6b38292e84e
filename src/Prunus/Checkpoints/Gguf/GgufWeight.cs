namespace Prunus.Checkpoints.Gguf;

/// <summary>How a tensor's values lie in GGUF compared with Hugging Face.</summary>
internal enum GgufLayout
{
    Same,

    /// <summary>Rows of each head are interleaved: row 2j + h there is row h·(head_dim / 2) + j here.</summary>
    InterleavedHeads,

    /// <summary>[out, in] there, [in, out] here.</summary>
    Transposed,

    /// <summary>One more there than here.</summary>
    PlusOne,
}

/// <summary>A tensor under its Hugging Face name and where it comes from.</summary>
/// <param name="Entry">As Hugging Face would have it.</param>
/// <param name="Source">As the file has it.</param>
/// <param name="Layout">What lies between.</param>
/// <param name="HeadRows">Rows of one head, for <see cref="GgufLayout.InterleavedHeads"/>.</param>
internal sealed record GgufWeight(TensorEntry Entry, GgufTensor Source, GgufLayout Layout, long HeadRows = 0)
{
    private static readonly string[] NotWeights = ["rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight"];

    /// <summary>All weights of a file; its rotary factors are no weights.</summary>
    /// <exception cref="PrunusInputException">The file holds a tensor that its architecture does not have.</exception>
    public static Dictionary<string, GgufWeight> All(GgufArchitecture architecture, GgufShape shape, GgufFile file) => file.Tensors.Values
        .Where(t => !NotWeights.Contains(t.Name) && !t.Name.EndsWith(".attn_rot_embd", StringComparison.Ordinal))
        .Select(t => Of(architecture, shape, t, file.Location))
        .ToDictionary(w => w.Entry.Name, StringComparer.Ordinal);

    private static GgufWeight Of(GgufArchitecture architecture, GgufShape shape, GgufTensor tensor, string location)
    {
        var parts = tensor.Name.Split('.');
        var isBlock = parts is ["blk", _, _, _];
        var layer = -1;
        var stem = isBlock ? $"blk.#.{parts[2]}" : parts[0];
        if ((!isBlock && parts.Length != 2) || parts[^1] is not ("weight" or "bias") || !architecture.Names.TryGetValue(stem, out var name)
            || (isBlock && !(int.TryParse(parts[1], out layer) && layer >= 0 && layer < shape.Layers && parts[1] == $"{layer}")))
        {
            throw new PrunusInputException(location, $"holds the tensor '{tensor.Name}', which {architecture.Id} of {shape.Layers} layers does not have", "use a plain model of this architecture");
        }

        var hfName = $"{name.Replace("#", parts[Math.Min(1, parts.Length - 1)], StringComparison.Ordinal)}.{parts[^1]}";
        var isLinear = isBlock && tensor.Shape.Count == 2;
        if (architecture.TransposedLinears && isLinear)
        {
            return new(Describe(hfName, tensor, [tensor.Shape[1], tensor.Shape[0]]), tensor, GgufLayout.Transposed);
        }

        if (architecture.NormsPlusOne && name.EndsWith("norm", StringComparison.Ordinal))
        {
            return new(Describe(hfName, tensor, tensor.Shape), tensor, GgufLayout.PlusOne);
        }

        if (!architecture.InterleavedHeads || !isBlock || parts[2] is not ("attn_q" or "attn_k"))
        {
            return new(Describe(hfName, tensor, tensor.Shape), tensor, GgufLayout.Same);
        }

        var heads = parts[2] == "attn_q" ? shape.QueryHeads[layer] : shape.KvHeads[layer];
        return tensor.Shape.Count is 1 or 2 && tensor.Shape[0] % (2 * heads) == 0 && tensor.Shape[0] > 0
            ? new(Describe(hfName, tensor, tensor.Shape), tensor, GgufLayout.InterleavedHeads, tensor.Shape[0] / heads)
            : throw new PrunusInputException(location, $"tensor '{tensor.Name}' of shape [{string.Join(", ", tensor.Shape)}] does not split into {heads} heads", "get the file again");
    }

    private static TensorEntry Describe(string name, GgufTensor tensor, IReadOnlyList<long> shape) =>
        new(name, tensor.Type.Element, shape, tensor.ByteCount, tensor.Type.Name);
}
