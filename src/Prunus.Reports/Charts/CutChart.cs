using System.Globalization;
using Prunus.Runs;

namespace Prunus.Reports.Charts;

/// <summary>What a plan keeps, layer by layer: a column per donor layer with bars for ffn, query heads and kv groups, removed layers hatched.</summary>
internal static class CutChart
{
    private const double Width = 760, Left = 120, Right = 14, HiddenTop = 8, HiddenHeight = 18, Bottom = 40;

    private static readonly (string Name, double Height, Func<LayerCut, int> Donor, Func<LayerCut, int> Kept)[] Bands =
    [
        ("ffn", 120, l => l.DonorFfn, l => l.KeptFfn),
        ("query-heads", 54, l => l.DonorQueryHeads, l => l.KeptQueryHeads),
        ("kv-groups", 54, l => l.DonorKvGroups, l => l.KeptKvGroups),
    ];

    public static string Draw(CutPicture cut)
    {
        const double gap = 16;
        var top = HiddenTop + HiddenHeight + gap;
        var height = top + Bands.Sum(b => b.Height + gap) + Bottom - gap;
        var svg = new SvgWriter(Width, height, Describe(cut));
        svg.Raw("<defs><pattern id=\"removed\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\" class=\"hatch\"/></pattern></defs>");
        Hidden(svg, cut);
        var step = (Width - Left - Right) / Math.Max(1, cut.Layers.Count);
        var bar = step * (step > 8 ? 0.78 : 0.9);
        foreach (var band in Bands)
        {
            var most = Math.Max(1, cut.Layers.Select(band.Donor).DefaultIfEmpty(0).Max());
            svg.Text(Left - 12, top + (band.Height / 2) - 2, band.Name, "end");
            svg.Text(Left - 12, top + (band.Height / 2) + 14, KeptText(cut, band.Donor, band.Kept), "end", " class=\"faint\"");
            for (var i = 0; i < cut.Layers.Count; i++)
            {
                var layer = cut.Layers[i];
                var donor = band.Height * band.Donor(layer) / most;
                var kept = band.Height * band.Kept(layer) / most;
                var x = Left + (i * step) + ((step - bar) / 2);
                svg.BeginGroup(Tip(i, layer));
                svg.Rectangle(x, top + band.Height - donor, bar, donor, layer.Kept ? "cut" : "gone");
                if (layer.Kept)
                {
                    svg.Rectangle(x, top + band.Height - kept, bar, kept, "kept");
                }

                svg.EndGroup();
            }

            top += band.Height + gap;
        }

        Axis(svg, cut.Layers.Count, step, top - gap);
        return svg.Finish();
    }

    /// <summary>The picture in words.</summary>
    public static string Describe(CutPicture cut) =>
        $"Kept: {cut.Layers.Count(l => l.Kept)} of {cut.Layers.Count} layers, hidden {cut.KeptHidden} of {cut.DonorHidden}, "
        + string.Join(", ", Bands.Select(b => $"{b.Name} {KeptText(cut, b.Donor, b.Kept)}")) + ".";

    private static void Hidden(SvgWriter svg, CutPicture cut)
    {
        var width = Width - Left - Right;
        svg.Text(Left - 12, HiddenTop + 8, "hidden", "end");
        svg.Text(Left - 12, HiddenTop + 24, $"{cut.KeptHidden} of {cut.DonorHidden}", "end", " class=\"faint\"");
        svg.BeginGroup($"hidden: {cut.KeptHidden} of {cut.DonorHidden} channels");
        svg.Rectangle(Left, HiddenTop, width, HiddenHeight, "cut");
        svg.Rectangle(Left, HiddenTop, width * cut.KeptHidden / Math.Max(1, cut.DonorHidden), HiddenHeight, "kept");
        svg.EndGroup();
    }

    private static void Axis(SvgWriter svg, int layers, double step, double top)
    {
        var every = (int)Math.Max(1, Ticks.Step(Math.Max(1, layers / 16.0)));
        for (var i = 0; i < layers; i += every)
        {
            svg.Text(Left + ((i + 0.5) * step), top + 16, i.ToString(CultureInfo.InvariantCulture), "middle");
        }

        svg.Text(Left + (layers * step / 2), top + 34, "donor layer", "middle");
    }

    private static string KeptText(CutPicture cut, Func<LayerCut, int> donor, Func<LayerCut, int> kept)
    {
        var layers = cut.Layers.Where(l => l.Kept).ToArray();
        return layers.Length == 0 ? "none" : $"{Range(layers.Select(kept))} of {Range(layers.Select(donor))}";
    }

    private static string Range(IEnumerable<int> values)
    {
        var all = values.ToArray();
        return all.Min() == all.Max() ? $"{all.Min()}" : $"{all.Min()}–{all.Max()}";
    }

    private static string Tip(int index, LayerCut layer) => layer.Kept
        ? $"layer {index}: ffn {layer.KeptFfn} of {layer.DonorFfn}, query heads {layer.KeptQueryHeads} of {layer.DonorQueryHeads}, kv groups {layer.KeptKvGroups} of {layer.DonorKvGroups}"
        : $"layer {index}: removed";
}
