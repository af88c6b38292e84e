using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Pruning;
using TorchSharp;

namespace Prunus.Tests.Pruning;

/// <summary>Heads that take in others: the reference's matrices and logits, in memory and from a checkpoint.</summary>
public class HeadMergeTests
{
    public static TheoryData<string> Cases => [.. PruningGoldens.Cases];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Logits_and_matrices_match_the_reference(string name)
    {
        using var golden = SafetensorsFile.Open(PruningGoldens.File(name, "head_residual.safetensors"));
        using var donor = ImportanceSweepTests.Load(name);
        using var checkpoint = Checkpoint.Open(PruningGoldens.DonorFolder(name));
        foreach (var reference in PruningGoldens.Json(name, "head_residual.json")["cases"]!.AsArray())
        {
            var (k, unmerged) = (reference!["K_per_group"]!.GetValue<int>(), Unmerged(donor.Config, reference));
            Check(unmerged, $"K{k}.unmerged.logits").Dispose();
            foreach (var sign in new[] { HeadMerging.Literal, HeadMerging.Flipped })
            {
                foreach (var (key, matrices) in new[]
                {
                    ("logits_q", HeadMatrices.Query),
                    ("logits_q_o", HeadMatrices.Query | HeadMatrices.Output),
                    ("logits_qkv", HeadMatrices.Query | HeadMatrices.Key | HeadMatrices.Value),
                })
                {
                    var prefix = $"K{k}.{sign}.".Replace("Literal", "literal", StringComparison.Ordinal).Replace("Flipped", "flipped", StringComparison.Ordinal);
                    if (golden.Tensors.ContainsKey(prefix + key))
                    {
                        var plan = PruningPlan.Parse((unmerged with { HeadMerges = [new HeadMerge(1, sign, matrices, Pairs(reference))] }).ToJson());
                        using var pruned = Check(plan, prefix + key);
                        CheckMatrices(pruned, matrices, prefix);
                    }
                }
            }
        }

        Decoder Check(PruningPlan plan, string key)
        {
            using var scope = torch.NewDisposeScope();
            using var fromDisk = Surgery.Prune(checkpoint, plan, torch.CPU, torch.ScalarType.Float32);
            var inMemory = Surgery.Prune(donor, plan);
            var ids = Goldens.Ids(golden, "input_ids");
            foreach (var pruned in new[] { fromDisk, inMemory })
            {
                Assert.InRange(Goldens.LargestDifference(golden.ReadAll(key), pruned.Head(pruned.Body(ids)).data<float>().ToArray()), 0, 2e-4);
            }

            return inMemory;
        }

        void CheckMatrices(Decoder pruned, HeadMatrices matrices, string prefix)
        {
            foreach (var (matrix, part) in new[] { (HeadMatrices.Query, "q"), (HeadMatrices.Key, "k"), (HeadMatrices.Value, "v"), (HeadMatrices.Output, "o") })
            {
                if (!matrices.HasFlag(matrix))
                {
                    continue;
                }

                AssertEqual(prefix + part, $"layers.1.attn.{part}.weight");
                if (golden.Tensors.ContainsKey($"{prefix}{part}b"))
                {
                    AssertEqual($"{prefix}{part}b", $"layers.1.attn.{part}.bias");
                }
            }

            void AssertEqual(string key, string parameter) =>
                Assert.InRange(Goldens.LargestDifference(golden.ReadAll(key), pruned.Parameters[parameter].contiguous().data<float>().ToArray()), 0, 1e-6);
        }
    }

    // The reference keeps heads of layer 1 only; where each head has its own keys and values, the kv list says which.
    private static PruningPlan Unmerged(DecoderConfig donor, JsonNode reference)
    {
        var kept = PruningGoldens.List(reference["kept_head_order"]!);
        int[][] lists = [.. donor.Layers.Select((l, i) => i == 1 ? kept : [.. Enumerable.Range(0, l.QueryHeads)])];
        return donor.Layers[1].QueryHeads == donor.Layers[1].KvGroups ? new PruningPlan { KvGroups = lists } : new PruningPlan { QueryHeads = lists };
    }

    private static HeadPair[] Pairs(JsonNode reference) =>
        [.. reference["pairs_kept_from"]!.AsArray().Select(p => new HeadPair(p![0]!.GetValue<int>(), p[1]!.GetValue<int>()))];
}
