using System.Globalization;
using System.Text;
using AsyncStack.Worker.Datasets.Normalize;

namespace AsyncStack.Worker.Tests.Datasets.Normalize;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(1, "1.0")]
    [InlineData(100, "100.0")]
    [InlineData(0.1, "0.1")]
    [InlineData(-122.23, "-122.23")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00012345, "0.00012345")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(-0.0000123, "-1.23e-05")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(9007199254740993.0, "9007199254740992.0")]
    [InlineData(1e16, "1e+16")]
    [InlineData(1.2345678901234568e+17, "1.2345678901234568e+17")]
    [InlineData(1e100, "1e+100")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(double.MaxValue, "1.7976931348623157e+308")]
    [InlineData(0.019863438857852266, "0.019863438857852266")]
    [InlineData(double.PositiveInfinity, "inf")]
    [InlineData(double.NegativeInfinity, "-inf")]
    [InlineData(double.NaN, "")]
    public void A_number_is_written_as_python_writes_it(double value, string text) => Assert.Equal(text, Write(value));

    [Fact]
    public void Any_number_reads_back_the_same()
    {
        var random = new Random(7);
        for (var i = 0; i < 100_000; i++)
        {
            var value = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (double.IsFinite(value))
            {
                Assert.Equal(value, double.Parse(Write(value), CultureInfo.InvariantCulture));
            }
        }
    }

    private static string Write(double value)
    {
        Span<byte> target = stackalloc byte[NumberText.MaxLength];
        return Encoding.UTF8.GetString(target[..NumberText.Write(value, target)]);
    }
}
