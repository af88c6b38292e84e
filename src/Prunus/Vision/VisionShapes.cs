namespace Prunus.Vision;

/// <summary>Follows the size of the maps and the axis of their channels through a net, and notes every tensor on the way.</summary>
internal sealed class VisionShapes
{
    private readonly VisionConfig _config;
    private readonly List<VisionParameter> _found = [];
    private readonly VisionStep _output;
    private MapShape _map;
    private VisionAxis _axis = VisionAxis.Fixed;
    private int _layer = -1;

    public VisionShapes(VisionConfig config)
    {
        (_config, _map, _output) = (config, config.Input, config.Steps[^1]);
        Follow(config.Steps);
    }

    public IReadOnlyList<VisionParameter> Parameters => _found;

    private void Follow(IEnumerable<VisionStep> steps)
    {
        foreach (var step in steps)
        {
            Follow(step);
            if (_map.Height < 1 || _map.Width < 1)
            {
                throw new PrunusInputException($"net {_config.Id}", $"images of {_config.Input} leave nothing after {step.Name}", "use larger images or a shallower net");
            }
        }
    }

    private void Follow(VisionStep step)
    {
        switch (step)
        {
            case Convolution convolution: Follow(convolution); break;
            case Linear linear: Follow(linear); break;
            case BatchNorm norm: Follow(norm); break;
            case MaxPool: _map = _map with { Height = _map.Height / 2, Width = _map.Width / 2 }; break;
            case AveragePool: _map = new(_map.Channels, 1, 1); break;
            case Flatten:
                _axis = _axis.Name is null ? _axis : _axis with { UnitSize = _map.Height * _map.Width };
                _map = new(_map.ElementCount, 1, 1);
                break;
            case Residual residual: Follow(residual.Branch); break;
            case Relu: break;
            default: throw new ArgumentException($"{step.GetType().Name} is not known", nameof(step));
        }
    }

    private void Follow(Convolution step)
    {
        _layer++;
        Add($"{step.Name}.weight", VisionRole.ConvolutionWeight, step,
            [step.Channels, _map.Channels, step.Kernel, step.Kernel], [step.Output, _axis, VisionAxis.Fixed, VisionAxis.Fixed], Strided(_map.Height) * Strided(_map.Width));
        if (step.Bias)
        {
            Add($"{step.Name}.bias", VisionRole.Bias, step, [step.Channels], [step.Output]);
        }

        _axis = step.Output;
        _map = new(step.Channels, Strided(_map.Height), Strided(_map.Width));

        int Strided(int side) => (side + step.Stride - 1) / step.Stride;
    }

    private void Follow(Linear step)
    {
        _layer++;
        var units = step == _output ? VisionAxis.Fixed : new VisionAxis(step.Name);
        Add($"{step.Name}.weight", VisionRole.LinearWeight, step, [step.Units, _map.Channels], [units, _axis]);
        Add($"{step.Name}.bias", VisionRole.Bias, step, [step.Units], [units]);
        (_axis, _map) = (units, new(step.Units, 1, 1));
    }

    private void Follow(BatchNorm step)
    {
        Add($"{step.Name}.weight", VisionRole.NormScale, step, [_map.Channels], [_axis]);
        Add($"{step.Name}.bias", VisionRole.NormShift, step, [_map.Channels], [_axis]);
        Add($"{step.Name}.running_mean", VisionRole.RunningMean, step, [_map.Channels], [_axis]);
        Add($"{step.Name}.running_var", VisionRole.RunningVariance, step, [_map.Channels], [_axis]);
    }

    private void Add(string name, VisionRole role, VisionStep step, long[] shape, VisionAxis[] axes, int positions = 1) =>
        _found.Add(new(name, _layer, role, step == _output, shape, axes) { Positions = positions });
}
