using Prunus.Native;
using TorchSharp;

namespace Prunus.Lottery.Experiments.Materials;

/// <summary>Images and texts of experiments, each read once and kept, for all threads that ask.</summary>
/// <param name="sources">Where they lie.</param>
/// <param name="device">Where tensors live.</param>
internal sealed class StudyMaterials(StudySources sources, torch.Device device) : IDisposable
{
    private readonly Dictionary<string, IStudyMaterial> _known = [];

    /// <exception cref="PrunusInputException">A set, text or model is not there, damaged or too small.</exception>
    public IStudyMaterial Of(TicketExperiment experiment) => Of(experiment.Net, experiment.Data, experiment.Training);

    /// <exception cref="PrunusInputException">A set, text or model is not there, damaged or too small.</exception>
    public IStudyMaterial Of(string net, string data, TicketTraining t)
    {
        var key = $"{(StudyDecoder.Is(net) ? net : "")} {data} {t.Validation} {t.Batch} {t.Images} {t.TestImages} {t.Pixels} {t.Block} {t.SplitSeed}";
        lock (_known)
        {
            return _known.TryGetValue(key, out var known) ? known : _known[key] = Load();
        }

        IStudyMaterial Load()
        {
            IStudyMaterial loaded = StudyDecoder.Is(net) ? StudyText.Load(StudyDecoder.Parse(net), data, sources, t, device) : new StudyImages(StudyData.Load(data, sources.Images, t), device);

            // Other threads read it on streams of their own.
            Devices.Synchronize(device);
            return loaded;
        }
    }

    /// <summary>The architecture alone: of a decoder no text is read.</summary>
    /// <exception cref="PrunusInputException">A set or model is not there.</exception>
    public ITicketArchitecture Architecture(string net, string data, TicketTraining training) => StudyDecoder.Is(net)
        ? StudyDecoder.Parse(net).Architecture(sources.ModelPath(StudyDecoder.Parse(net).Model))
        : Of(net, data, training).Architecture(net);

    public void Dispose()
    {
        foreach (var material in _known.Values)
        {
            material.Dispose();
        }
    }
}
