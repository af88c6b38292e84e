namespace Prunus.Lottery.Tickets;

/// <summary>How the bits of a mask are stored. The values are those in a file.</summary>
public enum MaskCoding
{
    /// <summary>Eight bits a byte, the lowest first.</summary>
    Packed = 0,

    /// <summary>Arithmetic coding by the mask's density.</summary>
    Density = 1,

    /// <summary>Arithmetic coding by the density of the column above.</summary>
    Columns = 2,

    /// <summary>Arithmetic coding by the density of the column above times that of the row before.</summary>
    RowsAndColumns = 3,
}
