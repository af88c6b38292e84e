using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery;

/// <summary>A net as the lottery lab sees it: tensors by name, which of them masks may cover, and a pass from inputs to logits. Image nets, decoders and stacks of
/// nets look alike.</summary>
public interface ITicketNet : IDisposable
{
    /// <summary>What rebuilds the architecture: <c>lenet-300-100:1x28x28:10</c>, say. Equal ids mean equal names and shapes.</summary>
    string Architecture { get; }

    /// <summary>Every tensor of ONE net, in the order of the pass.</summary>
    IReadOnlyList<TicketTensor> Tensors { get; }

    /// <summary>Nets in a stack: 1 for a single net. Of a stack every tensor has a leading dimension [members, …].</summary>
    int Members { get; }

    /// <summary>Whether tensors have the leading dimension (also when <see cref="Members"/> is 1).</summary>
    bool IsStacked { get; }

    /// <summary>What is trained, by name.</summary>
    IReadOnlyDictionary<string, Tensor> Parameters { get; }

    /// <summary>What the pass itself keeps (running statistics), by name.</summary>
    IReadOnlyDictionary<string, Tensor> Buffers { get; }

    /// <summary>Inputs to logits.</summary>
    /// <param name="inputs">Images [N,C,H,W] or tokens [N,T]; of a stack either these for all members, or one's own for each: [members,N,…].</param>
    /// <param name="training">Whether batch normalisation uses the batch's statistics and moves the running ones.</param>
    /// <param name="instead">Tensors by name that stand in for the net's own in this pass.</param>
    /// <returns>[N,classes] or [N,T,vocabulary]; of a stack with [members,…] before.</returns>
    Tensor Forward(Tensor inputs, bool training = false, IReadOnlyDictionary<string, Tensor>? instead = null);
}
