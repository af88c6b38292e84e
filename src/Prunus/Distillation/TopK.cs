using System.Globalization;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>What the losses on the teacher's k most probable entries share. Exactly k entries count; which of several equal ones at the end of the list do is not fixed.</summary>
internal static class TopK
{
    /// <summary>The teacher's k largest logits and where they are: [n,k] each, in no order.</summary>
    public static (torch.Tensor Logits, torch.Tensor Index) Of(torch.Tensor teacher, int k) =>
        teacher.topk((int)Math.Min(k, teacher.size(-1)), -1, largest: true, sorted: false);

    /// <summary>The number after the colon.</summary>
    /// <exception cref="PrunusInputException">It is not a whole number of 1 or more.</exception>
    public static int Count(string kind, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var k) && k >= 1
            ? k
            : throw new PrunusInputException("--loss", $"'{value}' is no number of entries for {kind}", $"write a whole number of 1 or more, e.g. {kind}:1024");
}
