namespace Prunus.Lottery.Tickets;

/// <summary>Values of one tensor that a ticket carries.</summary>
/// <param name="Name">The tensor.</param>
/// <param name="Shape">Its dimensions, row-major.</param>
/// <param name="Values">Of a masked tensor the kept elements alone, in the order of their flat indices; of any other all elements.</param>
public sealed record TicketValues(string Name, IReadOnlyList<long> Shape, ReadOnlyMemory<float> Values);
