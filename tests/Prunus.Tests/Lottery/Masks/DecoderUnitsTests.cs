using Prunus.Decoders;
using Prunus.Lottery;
using Prunus.Lottery.Masks;
using Prunus.Tests.Training;

namespace Prunus.Tests.Lottery.Masks;

/// <summary>Units of a layer of 6 FFN units, and of 4 query heads of 2 entries in 2 groups; the hidden width is 8.</summary>
public sealed class DecoderUnitsTests
{
    private static readonly DecoderConfig Config = TinyDecoders.Config(hidden: 8, layers: 1) with { HeadDim = 2, Layers = [new LayerConfig(4, 2, 6)] };

    [Theory]
    [InlineData(true, false, new[] { 0, 1, 2 }, 2)]
    [InlineData(true, true, new[] { 2, 4 }, 1)]
    [InlineData(false, false, new[] { 1, 2, 4 }, 2)]
    public void An_ffn_unit_is_dead_without_its_gate_its_row_or_its_column(bool gated, bool bias, int[] dead, int withoutInputs)
    {
        // Unit 0 lost its gate, unit 1 its row of up, unit 2 its column of down, and unit 4, where it says so, gate and row.
        var both = bias || !gated;
        var found = DecoderUnits.Of(Config with { Gated = gated, MlpBias = bias }, Masks(
            ("mlp.gate", i => Row(i) is not 0 && !(both && Row(i) == 4)), ("mlp.up", i => Row(i) is not 1 && !(both && Row(i) == 4)), ("mlp.down", i => i % 6 != 2)));
        var ffn = found.Axes.Single(a => a.Axis == "layers.0.ffn");
        Assert.Equal(dead, Dead(ffn));
        Assert.Equal((withoutInputs, 1), (ffn.WithoutInputs, ffn.WithoutOutputs));
    }

    [Fact]
    public void What_hangs_on_a_dead_unit_is_useless()
    {
        // Unit 3 has no column of down: its 8 weights of gate and 8 of up do nothing. Unit 0 has no gate: 8 of up and 8 of down do nothing.
        var found = DecoderUnits.Of(Config, Masks(("mlp.down", i => i % 6 != 3), ("mlp.gate", i => Row(i) != 0), ("mlp.up", _ => true)));
        Assert.Equal(32, found.Useless);
        Assert.Equal((32, 32, 32), (found.Reached["layers.0.mlp.gate.weight"].Kept, found.Reached["layers.0.mlp.up.weight"].Kept, found.Reached["layers.0.mlp.down.weight"].Kept));
    }

    [Fact]
    public void A_head_needs_an_entry_with_a_value_and_an_output()
    {
        // Group 0 (heads 0 and 1) has entry 0 of its values only, group 1 both. Head 0 writes from entry 1 alone: dead, though it has values and outputs. Head 1 writes from both;
        // head 2 from none; head 3 from entry 0.
        bool[] outputs = [false, true, true, true, false, false, true, false];
        var found = DecoderUnits.Of(Config, Masks(
            ("attn.q", i => Row(i) != 6), ("attn.k", _ => true), ("attn.v", i => Row(i) != 1), ("attn.o", i => outputs[i % 8])));
        var heads = found.Axes.Single(a => a.Axis == "layers.0.query-heads");
        Assert.Equal([0, 2], Dead(heads));
        Assert.Equal((0, 1), (heads.WithoutInputs, heads.WithoutOutputs));

        // Left of q are the 2 rows of head 1 and the one that head 3 has; of k all, since each group has a living head; of v an entry of each group; of o entry 0 of heads 1 and 3.
        Assert.Equal([3 * 8, 4 * 8, 2 * 8, 2 * 8], ((string[])["q", "k", "v", "o"]).Select(m => found.Reached[$"layers.0.attn.{m}.weight"].Kept));
    }

    [Fact]
    public void Nothing_is_dead_in_a_dense_decoder_and_multiply_adds_are_those_of_its_matrices()
    {
        var architecture = new DecoderTicketArchitecture(Config);
        var dead = architecture.DeadUnits(MaskSet.Full(architecture.Tensors));
        Assert.Equal((0, 0L), (dead.Axes.Sum(a => a.DeadCount), dead.Useless));
        Assert.Equal([4, 6], dead.Axes.Select(a => a.Dead.Count));

        // Of q and o 8 · 8, of k and v 4 · 8, of the three of the MLP 6 · 8, of the head 48 · 8, for each of 3 tokens; attention: 2 · 8 entries over 1 + 2 + 3 tokens.
        Assert.Equal((3 * ((2 * 64) + (2 * 32) + (3 * 48) + 384)) + (16 * 6), architecture.MultiplyAdds(3));
    }

    private static int Row(int index) => index / 8;

    private static IEnumerable<int> Dead(AxisUnits axis) => axis.Dead.Index().Where(u => u.Item).Select(u => u.Index);

    // Matrices that are not named have no mask.
    private static MaskSet Masks(params (string Matrix, Func<int, bool> Keep)[] masks) => new(masks.Select(m =>
    {
        var name = $"layers.0.{m.Matrix}.weight";
        return (name, Mask.Where(Config.Parameters().Single(p => p.Name == name).Shape, m.Keep));
    }));
}
