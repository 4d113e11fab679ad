using System.Net;
using System.Text;
using AsyncStack.Api.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace AsyncStack.Api.Tests.Process;

public sealed class ArbitraryBodyTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly string[] Names =
    [
        "callback_url", "payload", "job_type", "correlation_id", "priority", "run_at", "max_attempts", "timeout_seconds", "workflow", "seconds",
        "\\ud800callback_url", "call\\u0062ack_url", "",
    ];

    private static readonly string[] Texts =
    [
        "https://example.com/hook", "http://[::1", "//", "echo", "sleep", "external:x", "high", "2100-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00",
        "", "\\u0000", "\\ud800", "\\udc00\\ud800", "\\ud83d\\ude00", "é", "\\\"", "%00", "' or 1=1 --", "\\u202e",
    ];

    private static readonly string[] Numbers = ["0", "-0", "1", "50", "1e400", "-1.5E-400", "99999999999999999999999999", "0.1", "2147483648"];

    [Theory]
    [InlineData(Http.Process)]
    [InlineData("/task")]
    public void No_json_value_makes_the_server_fail(string path) => NeverFails(path, Values().Select(Encoding.UTF8.GetBytes));

    [Theory]
    [InlineData(Http.Process)]
    [InlineData("/task")]
    public void No_bytes_make_the_server_fail(string path) => NeverFails(path, Broken());

    private void NeverFails(string path, Gen<byte[]> bodies) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(400).WithEndSize(60).WithQuietOnSuccess(true),
        Prop.ForAll(bodies.ToArbitrary(), body =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new("application/json");
            using var response = api.Client.Send(request);
            return (response.StatusCode < HttpStatusCode.InternalServerError).Label($"{(int)response.StatusCode} for {Encoding.UTF8.GetString(body)}");
        }));

    private static Gen<string> Values() => Gen.Sized(size => Gen.Frequency((1, Value(size)), (4, Fields(size, Value(size / 2)))));

    private static Gen<string> Value(int size)
    {
        var text = Gen.OneOf(Gen.Elements(Texts), Gen.Choose(0, 200).Select(n => new string('x', n * 20))).Select(t => $"\"{t}\"");
        var plain = Gen.OneOf(text, Gen.Elements(Numbers), Gen.Elements("null", "true", "false"));
        return size < 2
            ? plain
            : Gen.Frequency((3, plain), (1, Items(size / 2)), (1, Fields(size, Value(size / 3))), (1, Gen.Choose(1, 80).Select(Deep)));
    }

    private static Gen<string> Items(int size) =>
        Value(size / 2).ListOf().Resize(4).Select(items => "[" + string.Join(',', items) + "]");

    private static Gen<string> Fields(int size, Gen<string> value) =>
        Gen.Elements(Names).Zip(value, (name, content) => $"\"{name}\":{content}").ListOf().Resize(Math.Min(size, 12))
            .Select(fields => "{" + string.Join(',', fields) + "}");

    private static string Deep(int depth) => new string('[', depth) + new string(']', depth);

    // A good body of which one byte is another, or that ends early.
    private static Gen<byte[]> Broken() =>
        from value in Values()
        let bytes = Encoding.UTF8.GetBytes(value)
        from at in Gen.Choose(0, bytes.Length - 1)
        from other in Gen.Choose(0, 255)
        from cut in Gen.Elements(true, false)
        select cut ? bytes[..at] : [.. bytes[..at], (byte)other, .. bytes[(at + 1)..]];
}
