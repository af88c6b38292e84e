using System.Security.Cryptography;
using Prunus.Checkpoints;
using Prunus.Datasets;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Experiments.Materials;

/// <summary>Text of an experiment on a device, in blocks of tokens: the next token is what is learned. Of the held-out text the first half says when to stop, the second is measured on.</summary>
internal sealed class StudyText : IStudyMaterial
{
    private const int EvaluationTokens = 2048, NoTarget = -100;
    private readonly TokenSource _train;
    private readonly DecoderTicketArchitecture _architecture;
    private readonly int _block;
    private readonly Device _device;

    private StudyText(DecoderTicketArchitecture architecture, TokenSource train, TokenSource heldOut, TicketTraining training, Device device)
    {
        (_architecture, _train, _block, _device) = (architecture, train, training.Block, device);
        var blocks = heldOut.Ids.Length / _block;
        if (blocks < 2)
        {
            throw new PrunusInputException(heldOut.Name, $"has {heldOut.Ids.Length} tokens, too few for two blocks of {_block}", "lower 'block'");
        }

        var test = Math.Min(blocks - (blocks / 2), training.TestImages ?? int.MaxValue);
        Validation = Blocks(heldOut, 0, Math.Min(blocks / 2, training.Validation));
        Test = Blocks(heldOut, blocks / 2, test);
        Seen = Blocks(train, 0, Math.Min(train.Ids.Length / _block, test));
    }

    public EvaluationSet Validation { get; }

    public EvaluationSet Test { get; }

    public EvaluationSet Seen { get; }

    public int? Classes => null;

    /// <summary>Reads text and tokenizer.</summary>
    /// <param name="net">The decoder.</param>
    /// <param name="data"><c>TRAIN/HELDOUT</c>: ids of two texts.</param>
    /// <param name="sources">Where texts and models lie.</param>
    /// <param name="training">Block, and how many are evaluated on.</param>
    /// <param name="device">Where tensors live.</param>
    /// <exception cref="PrunusInputException">A text or model is not there, the text is too short, or the tokenizer gives tokens that the model lacks.</exception>
    public static StudyText Load(StudyDecoder net, string data, StudySources sources, TicketTraining training, Device device)
    {
        var (train, heldOut) = Names(data);
        var folder = sources.ModelPath(net.Model);
        using var checkpoint = Checkpoint.Open(folder);
        var tokenizer = Tokenizer.FromFiles(checkpoint.CarriedFiles, checkpoint.Location);
        var architecture = net.Architecture(folder);
        TokenSource[] texts = [TokenSource.FromFile(sources.TextPath(train), tokenizer), TokenSource.FromFile(sources.TextPath(heldOut), tokenizer)];
        return texts.Max(t => t.Ids.Max()) is var largest && largest < architecture.Config.VocabSize ? new(architecture, texts[0], texts[1], training, device)
            : throw new PrunusInputException(folder, $"has a vocabulary of {architecture.Config.VocabSize}, its tokenizer gives token {largest}", "use a model with its own tokenizer");
    }

    /// <summary>Hash of texts, config.json and tokenizer, for the identity of a run.</summary>
    /// <exception cref="PrunusInputException">A text or model is not there.</exception>
    public static string Fingerprint(StudyDecoder net, string data, StudySources sources)
    {
        var (train, heldOut) = Names(data);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in (string[])[train, heldOut])
        {
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(sources.TextPath(text))));
        }

        using var checkpoint = Checkpoint.Open(sources.ModelPath(net.Model));
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(checkpoint.Fingerprint));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    /// <summary>The two texts of a name.</summary>
    /// <exception cref="PrunusInputException">It does not name two.</exception>
    public static (string Train, string HeldOut) Names(string data) => data.Split('/') is [{ Length: > 0 } train, { Length: > 0 } heldOut] && train != heldOut ? (train, heldOut)
        : throw new PrunusInputException("data", $"'{data}' does not name two texts", "write TRAIN/HELDOUT, such as demo/demo-heldout");

    public ITicketArchitecture Architecture(string net) => _architecture;

    public StudyOrder Order(TicketTraining training, ulong seed)
    {
        var blocks = new PackedBlocks([new MixtureSource(_train, training.Batch)], _block, seed);
        return new StudyOrder(step =>
        {
            var ids = new long[blocks.TokensPerStep];
            blocks.Fill(step, ids);
            return Batch(ids);
        });
    }

    public void Dispose()
    {
    }

    private EvaluationSet Blocks(TokenSource source, int first, int count)
    {
        var batch = Math.Max(1, EvaluationTokens / _block);
        return new((count + batch - 1) / batch, i =>
        {
            var rows = Math.Min(batch, count - (i * batch));
            return Batch([.. source.Ids.AsSpan((first + (i * batch)) * _block, rows * _block).ToArray().Select(id => (long)id)]);
        });
    }

    // The last token of a block has no next one.
    private TicketBatch Batch(long[] ids)
    {
        using var scope = NewDisposeScope();
        var inputs = tensor(ids, [ids.Length / _block, _block]);
        var targets = cat([inputs.narrow(1, 1, _block - 1), Ops.FullLike(inputs.narrow(1, 0, 1), NoTarget)], 1);
        return new(inputs.to(_device).MoveToOuterDisposeScope(), targets.to(_device).MoveToOuterDisposeScope());
    }
}
