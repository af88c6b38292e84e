using System.Text;
using System.Text.Json.Nodes;
namespace Prunus.Checkpoints;
public static class SafetensorsWriter
{
    public static void Write(string path, IEnumerable<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var json = new JsonObject(); var body = new MemoryStream();
        foreach (var t in tensors) { var a = body.Length; foreach (var b in t.Bytes()) body.Write(b.Span); json[t.Name] = new JsonObject { ["dtype"] = t.Type.ToString().ToUpperInvariant(), ["shape"] = new JsonArray([.. t.Shape.Select(d => (JsonNode)d)]), ["data_offsets"] = new JsonArray(a, body.Length) }; }
        var h = Encoding.UTF8.GetBytes(json.ToJsonString());
        using var f = File.Create(path); f.Write(BitConverter.GetBytes((long)h.Length)); f.Write(h); body.WriteTo(f);
    }
}
