namespace Prunus.Reports;

/// <summary>Style sheets without fonts or images from elsewhere: the report's, light or dark as the reader's system is, and that of a chart in a file of its own.</summary>
internal static class ReportStyle
{
    private static readonly (string Name, string Light, string Dark)[] Colours =
    [
        ("text", "#1f2328", "#e6edf3"), ("faint", "#59636e", "#9aa5b1"), ("line", "#d8dee4", "#343b44"), ("page", "#ffffff", "#11151a"), ("panel", "#f6f8fa", "#1a2027"),
        ("kept", "#2f6f8f", "#5aa6c9"), ("cut", "#e4e8ec", "#2b323a"), ("good", "#116329", "#5fd17f"), ("bad", "#b31d28", "#ff8a80"), ("open", "#7d4e00", "#e3b341"),
        ("c0", "#0063a8", "#61b2f4"), ("c1", "#c2410c", "#ff9a5c"), ("c2", "#0f7a55", "#4fd0a0"), ("c3", "#a3267e", "#f08ccb"), ("c4", "#7a6400", "#e0c341"), ("c5", "#4b4fb5", "#a5a8ff"),
    ];

    private const string Charts = """
        svg text { font-size: 12px; fill: var(--text); } svg text.faint { font-size: 11px; fill: var(--faint); }
        .grid { stroke: var(--line); stroke-width: 1; } .axis { stroke: var(--faint); stroke-width: 1; }
        .curve { fill: none; stroke-width: 2; stroke-linejoin: round; } .d1 { stroke-dasharray: 7 3; } .d2 { stroke-dasharray: 2 3; } .d3 { stroke-dasharray: 9 3 2 3; }
        .other { stroke-width: 1.3; stroke-dasharray: 5 4; } .mark { fill: var(--page); stroke-dasharray: none; }
        .c0 { stroke: var(--c0); } .c1 { stroke: var(--c1); } .c2 { stroke: var(--c2); } .c3 { stroke: var(--c3); } .c4 { stroke: var(--c4); } .c5 { stroke: var(--c5); }
        .whisker { stroke: var(--text); stroke-width: 1.5; } .point { stroke: none; } .p0 { fill: var(--c0); } .p1 { fill: var(--c1); } .p2 { fill: var(--c2); } .p3 { fill: var(--c3); } .p4 { fill: var(--c4); } .p5 { fill: var(--c5); }
        .cell { fill: var(--c0); stroke: var(--line); }
        .kept { fill: var(--kept); } .cut { fill: var(--cut); } .gone { fill: url(#removed); stroke: var(--line); } .hatch { stroke: var(--faint); stroke-width: 2; }
        """;

    private const string Page = """
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 58rem; background: var(--page); color: var(--text);
          font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
        h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .4rem; }
        h2 { font-size: 1.15rem; margin: 2.4rem 0 .7rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
        h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
        p { margin: .4rem 0; } .faint { color: var(--faint); fill: var(--faint); }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: .38rem .9rem .38rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
        th { font-weight: 600; color: var(--faint); font-size: .88rem; white-space: nowrap; }
        td.number, th.number { text-align: right; white-space: nowrap; }
        tbody th { color: var(--text); font-size: 1rem; }
        small { color: var(--faint); }
        pre, blockquote { margin: .5rem 0; padding: .8rem 1rem; background: var(--panel); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
        code, pre { font: .9rem/1.5 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
        blockquote { font-size: .95rem; } blockquote .prompt { color: var(--faint); }
        .verdict { font-weight: 700; font-size: .82rem; letter-spacing: .03em; } .PASS { color: var(--good); } .FAIL { color: var(--bad); } .INCONCLUSIVE { color: var(--open); }
        svg { display: block; width: 100%; height: auto; }
        .key { display: inline-block; width: .9rem; height: .9rem; margin: 0 .35rem 0 1rem; vertical-align: -.1rem; border-radius: 2px; }
        .key:first-child { margin-left: 0; } .key.kept { background: var(--kept); } .key.cut { background: var(--cut); }
        .key.gone { background: repeating-linear-gradient(45deg, var(--faint) 0 2px, transparent 2px 5px); border: 1px solid var(--line); }
        @media print { body { max-width: none; padding: 0; } h2, h3 { break-after: avoid; } svg, tr, blockquote { break-inside: avoid; } }
        """;

    /// <summary>Of a report.</summary>
    public static string Css { get; } =
        $":root {{ color-scheme: light dark; {Variables(c => c.Light)} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {Variables(c => c.Dark)} }} }}\n" + Page + "\n" + Charts;

    /// <summary>Of a chart by itself: light, and without the variables that only browsers know, so that editors and typesetters draw it too.</summary>
    public static string Chart { get; } = Colours.Aggregate(Charts, (css, c) => css.Replace($"var(--{c.Name})", c.Light, StringComparison.Ordinal));

    /// <summary>Colour behind a chart by itself.</summary>
    public static string Ground => Colours.Single(c => c.Name == "page").Light;

    private static string Variables(Func<(string Name, string Light, string Dark), string> shade) => string.Join(' ', Colours.Select(c => $"--{c.Name}: {shade(c)};"));
}
