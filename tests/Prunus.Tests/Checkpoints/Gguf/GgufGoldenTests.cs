using System.Globalization;
using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Checkpoints.Gguf;

namespace Prunus.Tests.Checkpoints.Gguf;

/// <summary>Values of llama.cpp's own dequantisation, bit for bit.</summary>
public sealed class GgufGoldenTests
{
    public static TheoryData<string> Files { get; } =
    [
        "tied/tied-F32", "tied/tied-F16", "tied/tied-BF16", "tied/tied-Q8_0", "tied/tied-Q4_0", "tied/tied-Q4_1", "tied/tied-Q5_0", "tied/tied-Q5_1",
        "tied/tied-IQ4_NL", "tied/tied-Q4_K_M", "untied/untied-BF16", "untied/untied-Q2_K", "untied/untied-Q3_K_M", "untied/untied-Q4_K_M",
        "untied/untied-Q5_K_M", "untied/untied-Q6_K",
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Dequantised_values_are_exact(string name)
    {
        using var file = GgufFile.Open(SharedFiles.Path("goldens", "gguf", name + ".gguf"));
        using var golden = SafetensorsFile.Open(SharedFiles.Path("goldens", "gguf", name + ".expected.safetensors"));
        foreach (var tensor in file.Tensors.Values)
        {
            var values = new float[tensor.ElementCount];
            file.Read(tensor.Name, 0, values);
            Check(golden, tensor.Name, values);
            Check(golden, tensor.Name + ".first8", values.AsSpan(0, Math.Min(values.Length, 8 * (int)tensor.Shape[^1])));
            Check(golden, tensor.Name + ".last8", values.AsSpan(Math.Max(0, values.Length - (8 * (int)tensor.Shape[^1]))));
            Close(golden, tensor.Name + ".sum", values.Sum(v => (double)v), values.Sum(v => Math.Abs((double)v)));
            var squares = values.Sum(v => (double)v * v);
            Close(golden, tensor.Name + ".sumsq", squares, squares);

            // Any range is that part of the whole.
            var random = new Random(7);
            for (var i = 0; i < 20; i++)
            {
                var start = random.Next(values.Length);
                var part = new float[random.Next(Math.Min(600, values.Length - start) + 1)];
                file.Read(tensor.Name, start, part);
                Assert.Equal(values[start..(start + part.Length)], part);
            }
        }
    }

    [Fact]
    public void Every_metadata_type_and_plain_tensor_type_is_read()
    {
        using var file = GgufFile.Open(SharedFiles.Path("goldens", "gguf", "metadata_types.gguf"));
        var expected = JsonNode.Parse(File.ReadAllText(SharedFiles.Path("goldens", "gguf", "metadata_types.expected.json")))!;
        Assert.Equal(expected["alignment"]!.GetValue<long>(), file.Alignment);
        foreach (var (key, item) in expected["metadata"]!.AsObject())
        {
            var value = file.Metadata[key];
            Assert.Equal(item!["type"]!.GetValue<string>().Split(' ')[0], value.Type.ToString().ToUpperInvariant());
            Assert.Equal(Numbers(item["value"]!), Texts(value.Value));
        }

        foreach (var (name, item) in expected["tensors"]!.AsObject())
        {
            var tensor = file.Tensors[name];
            Assert.Equal(item!["type"]!.GetValue<string>(), tensor.Type.Name);
            Assert.Equal(item["shape_row_major"]!.AsArray().Select(d => d!.GetValue<long>()), tensor.Shape);
            Assert.Equal(item["file_offset"]!.GetValue<long>(), tensor.Start);
            var values = new float[tensor.ElementCount];
            file.Read(name, 0, values);
            Assert.Equal(item["values"]!.AsArray().Select(v => (float)v!.GetValue<double>()), values);
        }
    }

    private static IEnumerable<string> Numbers(JsonNode node) => node is JsonArray array ? array.SelectMany(n => Numbers(n!))
        : node.GetValueKind() == System.Text.Json.JsonValueKind.Number && node.ToJsonString() is var text
            ? [text.AsSpan().IndexOfAny(".e") < 0 ? text : double.Parse(text, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture)]
            : [node.ToString()];

    private static IEnumerable<string> Texts(object value) => value switch
    {
        string text => [text],
        bool flag => [flag ? "true" : "false"],
        float number => [((double)number).ToString("R", CultureInfo.InvariantCulture)],
        Array array => array.Cast<object>().SelectMany(Texts),
        IFormattable number => [number.ToString(null, CultureInfo.InvariantCulture)],
        _ => throw new InvalidOperationException(value.GetType().Name),
    };

    private static void Check(SafetensorsFile golden, string name, ReadOnlySpan<float> values)
    {
        if (golden.Tensors.TryGetValue(name, out var entry))
        {
            var expected = new float[entry.ElementCount];
            golden.Read(name, 0, expected);
            Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), values.ToArray().Select(BitConverter.SingleToInt32Bits));
        }
    }

    private static void Close(SafetensorsFile golden, string name, double actual, double scale)
    {
        var bytes = new byte[8];
        golden.ReadBytes(name, 0, bytes);
        Assert.Equal(BitConverter.ToDouble(bytes), actual, 1e-12 * scale);
    }
}
