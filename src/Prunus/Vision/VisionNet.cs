using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Vision;

/// <summary>An image classification net: an architecture and its tensors by name. Parameters are plain tensors, so that masks, rewinding and optimisers work on a
/// dictionary.</summary>
public sealed class VisionNet : IDisposable
{
    private readonly Dictionary<string, Tensor> _parameters = [], _buffers = [];

    /// <summary>Takes ownership of the tensors.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="tensors">Parameters and buffers by name (<see cref="VisionConfig.Tensors"/>).</param>
    /// <exception cref="ArgumentException">A tensor is missing or has another shape than the architecture says.</exception>
    public VisionNet(VisionConfig config, IReadOnlyDictionary<string, Tensor> tensors)
    {
        Config = config;
        foreach (var spec in config.Tensors())
        {
            (spec.IsBuffer ? _buffers : _parameters)[spec.Name] = tensors.TryGetValue(spec.Name, out var tensor) && tensor.shape.SequenceEqual(spec.Shape)
                ? tensor.DetachFromDisposeScope()
                : throw new ArgumentException($"tensor {spec.Name} is missing or not [{string.Join(",", spec.Shape)}]", nameof(tensors));
        }
    }

    public VisionConfig Config { get; }

    /// <summary>What is trained, by name, in the order of the pass.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters => _parameters;

    /// <summary>Running statistics of batch normalisations, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Buffers => _buffers;

    /// <summary>Where the tensors lie.</summary>
    public Device Device => _parameters.Values.First().device;

    /// <summary>Fresh float32 weights. The same seed gives the same values on every device.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="initialisation">One of <see cref="VisionInitialisations.All"/>.</param>
    /// <param name="seed">Seed of the generator.</param>
    /// <param name="device">Where the tensors shall lie.</param>
    public static VisionNet Initialise(VisionConfig config, VisionInitialisation initialisation, long seed, Device device)
    {
        Libtorch.Load();
        return new VisionNet(config, VisionWeights.Draw(config, initialisation, seed, device));
    }

    /// <summary>Reads weights from a safetensors file as float32.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="path">The file; its names are those of <see cref="VisionConfig.Tensors"/>.</param>
    /// <param name="device">Where the tensors shall lie.</param>
    /// <exception cref="PrunusInputException">The file is unreadable, a tensor is missing, of another shape or not of the net, or holds NaN or infinity.</exception>
    public static VisionNet Load(VisionConfig config, string path, Device device)
    {
        Libtorch.Load();
        return new VisionNet(config, VisionWeights.Read(config, path, device));
    }

    /// <summary>Images to logits.</summary>
    /// <param name="images">[N,C,H,W], of the size the net was made for.</param>
    /// <param name="training">Whether batch normalisation uses the batch's statistics (and moves the running ones by 0.1 towards them; eps 1e-5).</param>
    /// <param name="visitor">Sees, and may replace, every value on the way.</param>
    /// <param name="instead">Tensors by name that stand in for the net's own in this pass: masked or shifted weights. What is not named is the net's own.</param>
    /// <returns>[N,classes], owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The images have another size.</exception>
    public Tensor Forward(Tensor images, bool training = false, VisionVisitor? visitor = null, IReadOnlyDictionary<string, Tensor>? instead = null)
    {
        var (channels, height, width) = Config.Input;
        if (images.shape is not [_, var c, var h, var w] || (c, h, w) != (channels, height, width))
        {
            throw new ArgumentException($"images of {Config.Id} are [N,{channels},{height},{width}], not [{string.Join(",", images.shape)}]", nameof(images));
        }

        using var scope = NewDisposeScope();
        var pass = new VisionPass(Value, training, visitor);
        return pass.Run(Config.Steps, images.is_cuda && Config.Steps.Any(s => s is Convolution) ? Ops.ChannelsLast(images) : images).MoveToOuterDisposeScope();

        Tensor Value(string name) => instead is not null && instead.TryGetValue(name, out var other) ? other
            : _parameters.TryGetValue(name, out var own) ? own : _buffers[name];
    }

    public void Dispose()
    {
        foreach (var tensor in _parameters.Values.Concat(_buffers.Values))
        {
            tensor.Dispose();
        }
    }
}
