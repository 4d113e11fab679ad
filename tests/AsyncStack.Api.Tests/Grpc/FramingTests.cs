using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using AsyncStack.Api.Grpc.Protocol;
using AsyncStack.Api.Tests.Grpc.Messages;
using Google.Protobuf;

namespace AsyncStack.Api.Tests.Grpc;

/// <summary>The parts of the protocol that are functions, over many inputs.</summary>
public sealed class FramingTests
{
    private const int Rounds = 500;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_come_out_as_they_went_in_however_they_are_cut()
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            var sent = Enumerable.Range(0, random.Next(6)).Select(_ => new Text { Value = new string('x', random.Next(5000)) }).ToList();
            var bytes = sent.SelectMany(m => random.Next(2) == 0
                ? RawClient.Frame(m)
                : RawClient.Frame(1, RawClient.Gzip(m.ToByteArray()))).ToArray();

            Assert.Equal(sent, await ReadAsync(Cut(bytes, random)));
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_messages_end_with_a_status_and_nothing_else()
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            var bytes = RawClient.Frame(new Text { Value = new string('x', random.Next(200)) });
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                await ReadAsync(Cut(bytes[..random.Next(bytes.Length + 1)], random));
            }
            catch (GrpcException refused)
            {
                Assert.Contains(refused.Status.Code, new[] { GrpcCode.Internal, GrpcCode.ResourceExhausted });
            }
        }
    }

    [Theory]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("3S", 30_000_000)]
    [InlineData("4m", 40_000)]
    [InlineData("5u", 50)]
    [InlineData("600n", 6)]
    [InlineData("1n", 1)]
    [InlineData("0n", 0)]
    [InlineData("00000007S", 70_000_000)]
    [InlineData("99999999H", 3_599_999_964_000_000_000)]
    public void A_timeout_is_up_to_eight_digits_and_a_unit(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("1h")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData(" 1S")]
    [InlineData("1 S")]
    [InlineData("1S ")]
    [InlineData("1.5S")]
    [InlineData("1,5S")]
    [InlineData("0x1S")]
    [InlineData("123456789S")]
    [InlineData("１S")]
    [InlineData("1\0S")]
    public void What_is_no_timeout_is_not_read_as_one(string text) => Assert.False(GrpcTimeout.TryParse(text, out _));

    [Fact]
    public void Every_number_of_every_unit_is_read_as_it_was_written()
    {
        var units = new Dictionary<char, double> { ['H'] = 3600, ['M'] = 60, ['S'] = 1, ['m'] = 1e-3, ['u'] = 1e-6 };
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            var value = random.Next(100_000_000);
            foreach (var (unit, seconds) in units)
            {
                Assert.True(GrpcTimeout.TryParse(string.Create(CultureInfo.InvariantCulture, $"{value}{unit}"), out var timeout));
                Assert.Equal(value * seconds, timeout.TotalSeconds, 1e-6 + (value * seconds * 1e-12));
            }
        }
    }

    [Fact]
    public void Any_text_is_encoded_in_printable_ASCII_and_decodes_to_itself()
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            var text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => RandomRune(random).ToString()));

            var encoded = PercentEncoding.Encode(text);

            Assert.All(encoded, c => Assert.InRange(c, ' ', '~'));
            Assert.Equal(text, Uri.UnescapeDataString(encoded));
        }
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("plain ~ text!", "plain ~ text!")]
    [InlineData("100%", "100%25")]
    [InlineData("\r\n\t\u007f", "%0D%0A%09%7F")]
    [InlineData("é日😀", "%C3%A9%E6%97%A5%F0%9F%98%80")]
    public void Bytes_outside_of_space_to_tilde_are_percent_encoded(string text, string encoded) =>
        Assert.Equal(encoded, PercentEncoding.Encode(text));

    [Fact]
    public void Half_a_character_is_replaced() => Assert.Equal("%EF%BF%BD!", PercentEncoding.Encode("\ud800!"));

    private static Rune RandomRune(Random random)
    {
        var limit = random.Next(4) switch { 0 => 0x80, 1 => 0x800, 2 => 0xd800, _ => 0x110000 };
        while (true)
        {
            if (Rune.TryCreate(random.Next(limit), out var rune))
            {
                return rune;
            }
        }
    }

    private static List<byte[]> Cut(byte[] bytes, Random random)
    {
        var pieces = new List<byte[]>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(random.Next(1, random.Next(2) == 0 ? 8 : 4000), bytes.Length - at);
            pieces.Add(bytes[at..(at + length)]);
            at += length;
        }

        return pieces;
    }

    private static async Task<List<Text>> ReadAsync(List<byte[]> pieces)
    {
        var pipe = new Pipe();
        var writing = WriteAsync(pipe.Writer, pieces);
        var reader = new MessageReader(pipe.Reader, encoded: true, maxBytes: 10_000);
        var read = new List<Text>();
        try
        {
            while (await reader.ReadAsync(Text.Parser, Cancel) is { } message)
            {
                read.Add(message);
            }
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
            await writing;
        }

        return read;
    }

    private static async Task WriteAsync(PipeWriter writer, List<byte[]> pieces)
    {
        foreach (var piece in pieces)
        {
            await writer.WriteAsync(piece, Cancel);
            await Task.Yield();
        }

        await writer.CompleteAsync();
    }
}
