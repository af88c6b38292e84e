using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Prunus.Decoders;

/// <summary>One block: attention and MLP with their norms and residual sums.</summary>
internal sealed class DecoderLayer
{
    private readonly DecoderConfig _config;
    private readonly LayerConfig _layer;
    private readonly int _index;
    private readonly Dictionary<string, Tensor> _parameters;
    private readonly RotaryTable? _rope;
    private readonly string _name;

    public DecoderLayer(DecoderConfig config, int index, Dictionary<string, Tensor> parameters, RotaryTable? rope)
    {
        _config = config;
        _layer = config.Layers[index];
        _index = index;
        _parameters = parameters;
        _rope = rope;
        _name = $"layers.{index}";
    }

    /// <param name="x">Residual stream [B,T,hidden].</param>
    /// <param name="start">Position of the first token.</param>
    /// <param name="length">T.</param>
    /// <param name="visitor">Sees the values on the way.</param>
    /// <param name="cache">Past keys and values.</param>
    /// <returns>Residual stream after the block.</returns>
    public Tensor Forward(Tensor x, int start, int length, DecoderVisitor? visitor, KeyValueCache? cache)
    {
        var attended = Visit(DecoderSite.AttentionOutput, Attend(Visit(DecoderSite.NormAttentionIn, Norm(x, ".norm_attn_in"))));
        if (_config.PostNorms)
        {
            attended = Visit(DecoderSite.NormAttentionPost, Norm(attended, ".norm_attn_post"));
        }

        var middle = Visit(DecoderSite.ResidualAfterAttention, Ops.Add(x, attended));
        var fed = Visit(DecoderSite.MlpOutput, Feed(Visit(DecoderSite.NormMlpIn, Norm(_config.ParallelResidual ? x : middle, ".norm_mlp_in"))));
        if (_config.PostNorms)
        {
            fed = Visit(DecoderSite.NormMlpPost, Norm(fed, ".norm_mlp_post"));
        }

        return Visit(DecoderSite.LayerOutput, Ops.Add(middle, fed));

        Tensor Visit(DecoderSite site, Tensor value) => Decoder.Visited(visitor, site, _index, value);

        Tensor Attend(Tensor input)
        {
            var q = Heads(Visit(DecoderSite.Query, Linear(input, ".attn.q")), _layer.QueryHeads);
            var k = Heads(Visit(DecoderSite.Key, Linear(input, ".attn.k")), _layer.KvGroups);
            var v = Heads(Visit(DecoderSite.Value, Linear(input, ".attn.v")), _layer.KvGroups);
            if (_config.QkNorm)
            {
                q = Normalise.Rms(q, _config, _parameters[_name + ".attn.q_norm.weight"]);
                k = Normalise.Rms(k, _config, _parameters[_name + ".attn.k_norm.weight"]);
            }

            q = q.transpose(1, 2);
            k = k.transpose(1, 2);
            v = v.transpose(1, 2);
            if (_rope is not null)
            {
                q = _rope.Rotate(q, start, length);
                k = _rope.Rotate(k, start, length);
            }

            if (cache is not null)
            {
                (k, v) = cache.Append(_index, k, v);
            }

            var heads = Attention.Attend(q, k, v, _config.AttentionScale, _layer.Window, _config.AttentionSoftCap);
            heads = heads.transpose(1, 2).reshape(input.size(0), length, _layer.QueryHeads * _config.HeadDim);
            return Linear(Visit(DecoderSite.AttentionHeads, heads), ".attn.o");
        }

        Tensor Feed(Tensor input)
        {
            var up = Visit(DecoderSite.FfnUp, Linear(input, ".mlp.up"));
            var active = _config.Gated
                ? Activate(Visit(DecoderSite.FfnGate, Linear(input, ".mlp.gate"))) * up
                : Activate(up);
            return Linear(Visit(DecoderSite.FfnActivation, active), ".mlp.down");
        }
    }

    private Tensor Norm(Tensor x, string name) => Normalise.Apply(x, _config, _parameters, _name + name);

    private Tensor Heads(Tensor x, int heads) => x.view(x.size(0), x.size(1), heads, _config.HeadDim);

    private Tensor Linear(Tensor x, string name) =>
        linear(x, _parameters[_name + name + ".weight"], _parameters.GetValueOrDefault(_name + name + ".bias"));

    private Tensor Activate(Tensor x) => _config.Activation switch
    {
        Activation.Silu => silu(x),
        Activation.Relu => relu(x),
        Activation.ReluSquared => Ops.Square(relu(x)),
        Activation.GeluErf => gelu(x),
        _ => Ops.GeluTanh(x),
    };
}
