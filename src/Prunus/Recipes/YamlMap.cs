using System.Globalization;
using System.Text.RegularExpressions;
using Prunus.Runs;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Prunus.Recipes;

/// <summary>
/// A mapping of a YAML document, read strictly: every fault names file and line, and keys that nobody asked for are refused by <see cref="Done"/>.
/// Values may hold placeholders <c>{name}</c> that <see cref="Each"/> fills in; a mapping may lie over another that gives what it leaves out.
/// </summary>
internal sealed partial class YamlMap
{
    private const int Limit = 1 << 20;
    private const int LongestRange = 1000;
    private static readonly Dictionary<string, string> Unbound = [];
    private readonly string _file;
    private readonly YamlMappingNode _node;
    private readonly IReadOnlyDictionary<string, string> _bound;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private YamlMap? _under;

    private YamlMap(string file, YamlMappingNode node, IReadOnlyDictionary<string, string> bound) => (_file, _node, _bound) = (file, node, bound);

    /// <summary>Place of the mapping, as <c>recipe.yaml:12</c>.</summary>
    public string Place => At(_node);

    /// <summary>Reads the one document of a text.</summary>
    /// <exception cref="PrunusInputException">It is no YAML mapping, or uses anchors.</exception>
    public static YamlMap Read(string file, string text)
    {
        if (text.Length > Limit)
        {
            throw new PrunusInputException(file, $"is longer than {Limit} characters", "a recipe is a page of YAML");
        }

        try
        {
            RefuseAnchors(file, text);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            var root = stream.Documents is [{ RootNode: YamlMappingNode map }] ? map : throw new PrunusInputException(file, "is not one YAML mapping", "begin with 'id: …'");
            return new YamlMap(file, root, Unbound);
        }
        catch (InvalidOperationException e)
        {
            // The parser's own slip on a list that never ends: it knows no line.
            throw new PrunusInputException(file, "is no YAML", "look for a bracket that is not closed", e);
        }
        catch (YamlException e)
        {
            throw new PrunusInputException($"{file}:{e.Start.Line}", "is no YAML: " + e.Message.Split('\n')[0].TrimEnd('.'), "correct the line", e);
        }
    }

    /// <summary>The same mapping, with another giving the keys that it lacks.</summary>
    public YamlMap Over(YamlMap? under)
    {
        _under = under is null ? null : new YamlMap(under._file, under._node, under._bound) { _under = under._under };
        return this;
    }

    public bool Has(string key) => Find(key) is not null;

    /// <summary>Whether a key's value is a mapping, where it may also be one value.</summary>
    public bool IsMap(string key) => Find(key) is { Node: YamlMappingNode };

    /// <summary>A text, or null when the key is not there.</summary>
    public string? Text(string key) => Find(key) is not { } found ? null
        : found.Node is YamlScalarNode scalar ? found.Map.Filled(scalar) : throw found.Map.Fault(found.Node, $"'{key}' must be one value");

    /// <exception cref="PrunusInputException">The key is not there.</exception>
    public string Need(string key) => Text(key) ?? throw new PrunusInputException(Place, $"'{key}' is missing", $"add '{key}: …'");

    public int? Integer(string key) => Parsed(key, "a whole number", (string t, out int v) => int.TryParse(t, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out v));

    public double? Real(string key) => Parsed(key, "a number", (string t, out double v) => double.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out v) && double.IsFinite(v));

    public bool? Flag(string key) => Parsed(key, "true or false", (string t, out bool v) => bool.TryParse(t, out v));

    /// <summary>A value of an enumeration in small letters, or null when the key is not there.</summary>
    public T? Named<T>(string key)
        where T : struct, Enum => Text(key) is not { } text ? null
            : Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<T>(text, ignoreCase: true)
            : throw Fault(key, $"is '{text}'", $"use {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}");

    /// <summary>A list of texts: a sequence, one value, or whole numbers as <c>0..5</c>; empty when the key is not there.</summary>
    public IReadOnlyList<string> Texts(string key) => Find(key) is { } found ? found.Map.Items(key, found.Node) : [];

    /// <summary>A mapping, or null when the key is not there.</summary>
    public YamlMap? Map(string key) => Find(key) is not { } found ? null
        : found.Node is YamlMappingNode map ? new YamlMap(_file, map, found.Map._bound) : throw found.Map.Fault(found.Node, $"'{key}' must be a mapping");

    /// <summary>Names and values of a mapping of texts or mappings, in order; empty when the key is not there.</summary>
    public IReadOnlyList<(string Name, string? Text, YamlMap? Map)> Entries(string key) => Map(key) is not { } map ? []
        : [.. map._node.Children.Select(c => (map.Filled(Scalar(c.Key)),
            c.Value is YamlScalarNode scalar ? map.Filled(scalar) : null, c.Value is YamlMappingNode inner ? new YamlMap(_file, inner, _bound) : null))];

    /// <summary>The mappings of a sequence; one with <c>for: {name: [a, b]}</c> comes once for each combination, with <c>{name}</c> filled in.</summary>
    /// <param name="key">Key of the sequence.</param>
    /// <param name="lists">Lists that <c>for</c> may name instead of giving one.</param>
    public IEnumerable<YamlMap> Each(string key, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        if (Find(key) is not { } found)
        {
            yield break;
        }

        foreach (var item in found.Node is YamlSequenceNode sequence ? sequence.Children : throw found.Map.Fault(found.Node, $"'{key}' must be a list"))
        {
            var map = item as YamlMappingNode ?? throw found.Map.Fault(item, $"an entry of '{key}' must be a mapping");
            foreach (var bound in Combinations(new YamlMap(_file, map, found.Map._bound), lists))
            {
                var expanded = new YamlMap(_file, map, bound);
                expanded._asked.Add("for");
                yield return expanded;
            }
        }
    }

    /// <summary>Refuses keys that were not asked for.</summary>
    /// <exception cref="PrunusInputException">There is one; names the nearest that is known.</exception>
    public void Done()
    {
        foreach (var key in _node.Children.Keys.Select(Scalar).Where(k => !_asked.Contains(k.Value ?? "")))
        {
            throw new PrunusInputException(At(key), $"'{key.Value}' is no key here",
                NearestName.Find(key.Value ?? "", _asked) is { } near ? $"did you mean '{near}'?" : $"use {string.Join(", ", _asked.Order(StringComparer.Ordinal))}");
        }
    }

    /// <summary>Reads a value of this mapping; a fault that its reader finds gets file and line.</summary>
    public T Checked<T>(string key, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (PrunusInputException e) when (!e.Subject.StartsWith(_file, StringComparison.Ordinal))
        {
            throw new PrunusInputException(Find(key) is { } found ? found.Map.At(found.Node) : Place, $"{e.Subject} {e.Problem}", e.Remedy, e);
        }
    }

    /// <summary>A fault of a key's value.</summary>
    public PrunusInputException Fault(string key, string problem, string remedy) =>
        new(Find(key) is { } found ? found.Map.At(found.Node) : Place, $"'{key}' {problem}", remedy);

    // By the parser's events: the loader knows no line of an anchor that is not there.
    private static void RefuseAnchors(string file, string text)
    {
        var parser = new Parser(new StringReader(text));
        while (parser.MoveNext())
        {
            if (parser.Current is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
            {
                throw new PrunusInputException($"{file}:{parser.Current.Start.Line}", "uses an anchor", "write the values out, or use 'for' and lists");
            }
        }
    }

    private static IEnumerable<IReadOnlyDictionary<string, string>> Combinations(YamlMap item, IReadOnlyDictionary<string, IReadOnlyList<string>> lists)
    {
        IEnumerable<Dictionary<string, string>> all = [new(item._bound, StringComparer.Ordinal)];
        if (item.Map("for") is { } dimensions)
        {
            foreach (var (name, node) in dimensions._node.Children.Select(c => (Scalar(c.Key).Value ?? "", c.Value)))
            {
                var values = node is not YamlScalarNode { Value: { } list } || RangeForm().IsMatch(list) ? dimensions.Items(name, node)
                    : lists.TryGetValue(list, out var named) ? named
                    : throw new PrunusInputException(item.At(node), $"'for' takes '{list}', which is no list of this size", $"add it to 'lists', or write [{list}]");
                all = [.. all.SelectMany(bound => values.Select(value => new Dictionary<string, string>(bound, StringComparer.Ordinal) { [name] = value }))];
            }
        }

        return all;
    }

    private static YamlScalarNode Scalar(YamlNode node) => node as YamlScalarNode ?? new YamlScalarNode(node.ToString());

    private (YamlMap Map, YamlNode Node)? Find(string key)
    {
        _asked.Add(key);
        return _node.Children.TryGetValue(new YamlScalarNode(key), out var node) ? (this, node) : _under?.Find(key);
    }

    private List<string> Items(string key, YamlNode node) => node switch
    {
        YamlSequenceNode sequence => [.. sequence.Children.Select(c => c is YamlScalarNode s ? Filled(s) : throw Fault(c, $"an entry of '{key}' must be one value"))],
        YamlScalarNode scalar when RangeForm().Match(Filled(scalar)) is { Success: true } range => Range(node, int.Parse(range.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(range.Groups[2].Value, CultureInfo.InvariantCulture)),
        YamlScalarNode scalar => [Filled(scalar)],
        _ => throw Fault(node, $"'{key}' must be a list"),
    };

    private List<string> Range(YamlNode node, int first, int last) => last - first is >= 0 and < LongestRange
        ? [.. Enumerable.Range(first, last - first + 1).Select(i => i.ToString(CultureInfo.InvariantCulture))]
        : throw Fault(node, "a range goes up, by a thousand at most");

    private string Filled(YamlScalarNode scalar) => Placeholder().Replace(scalar.Value ?? "", match => _bound.TryGetValue(match.Groups[1].Value, out var value) ? value : match.Value);

    private T? Parsed<T>(string key, string what, Parse<T> parse)
        where T : struct => Text(key) is not { } text ? null : parse(text, out var value) ? value : throw Fault(key, $"is '{text}', not {what}", "correct the value");

    private PrunusInputException Fault(YamlNode node, string problem) => new(At(node), problem, "correct the line");

    private string At(YamlNode node) => $"{_file}:{node.Start.Line}";

    private delegate bool Parse<T>(string text, out T value);

    [GeneratedRegex(@"\{([a-z_]+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"^(\d{1,6})\.\.(\d{1,6})$", RegexOptions.CultureInvariant)]
    private static partial Regex RangeForm();
}
