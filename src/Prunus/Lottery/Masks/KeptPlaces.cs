using System.Collections;
using System.Numerics;

namespace Prunus.Lottery.Masks;

/// <summary>Flat indices of what a mask keeps, ascending. Without an object: nets have millions of weights, and each training goes over its masks several times.</summary>
public readonly struct KeptPlaces : IEnumerable<int>
{
    private readonly ulong[] _bits;

    internal KeptPlaces(ulong[] bits) => _bits = bits;

    public Enumerator GetEnumerator() => new(_bits);

    IEnumerator<int> IEnumerable<int>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Goes over them once.</summary>
    public struct Enumerator : IEnumerator<int>
    {
        private readonly ulong[] _bits;
        private ulong _left;
        private int _word;

        internal Enumerator(ulong[] bits)
        {
            _bits = bits;
            _word = -1;
        }

        public int Current { get; private set; }

        readonly object IEnumerator.Current => Current;

        public bool MoveNext()
        {
            while (_left == 0)
            {
                if (++_word >= _bits.Length)
                {
                    return false;
                }

                _left = _bits[_word];
            }

            Current = (_word * 64) + BitOperations.TrailingZeroCount(_left);
            _left &= _left - 1;
            return true;
        }

        public void Reset() => (_left, _word) = (0, -1);

        public readonly void Dispose()
        {
        }
    }
}
