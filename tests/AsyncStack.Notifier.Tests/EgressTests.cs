using System.Net;
using System.Net.Sockets;
using AsyncStack.Core.Egress;
using AsyncStack.Notifier.Tests.Support;

namespace AsyncStack.Notifier.Tests;

[Collection(ServersCollection.Name)]
public sealed class EgressTests(NotifierFixture servers) : IClassFixture<NotifierFixture>
{
    private static readonly Dictionary<string, string?> OnlySecondLoopback = new(StringComparer.Ordinal)
    {
        ["Notifier:AllowedNetworks:0"] = "127.0.0.2/32",
    };

    [Theory]
    [InlineData("http://127.0.0.1:{0}/hook", "loopback")]
    [InlineData("http://2130706433:{0}/hook", "loopback")]
    [InlineData("http://0x7f.1:{0}/hook", "loopback")]
    [InlineData("http://0.0.0.0:{0}/hook", "unspecified")]
    [InlineData("http://[::1]:{0}/hook", "loopback")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/hook", "an IPv4-mapped address")]
    [InlineData("http://169.254.169.254/latest/meta-data", "a cloud's metadata service")]
    [InlineData("http://intranet.test:{0}/hook", "private")]
    [InlineData("http://user:secret@127.0.0.2:{0}/hook", "user name or password")]
    [InlineData("ftp://127.0.0.2:{0}/hook", "not an http or https URL")]
    public async Task A_forbidden_target_is_refused_recorded_and_never_called(string url, string reason)
    {
        await using var receiver = await Receiver.StartAsync("127.0.0.1");
        var resolver = new FixedResolver(["93.184.215.14", "10.0.0.7"]);
        await using var notifier = await servers.StartAsync(OnlySecondLoopback, resolver);

        var job = await servers.Jobs.FinishAsync(string.Format(url, receiver.Port));

        var delivery = await servers.Rows.WaitAsync(job, "dead");
        var attempt = Assert.Single(await servers.Rows.AttemptsAsync(delivery.Id));
        Assert.Contains(reason, attempt.Error, StringComparison.Ordinal);
        Assert.Null(attempt.Status);
        Assert.Equal(0, receiver.Count);
    }

    [Fact]
    public async Task A_name_that_changes_its_answer_is_called_at_the_address_that_was_checked()
    {
        // In this order: outgoing connections have ports of 127.0.0.1, and one could have that of the other.
        await using var forbidden = await Receiver.StartAsync("127.0.0.1");
        await using var checkedTarget = await Receiver.StartAsync("127.0.0.2", forbidden.Port);
        var resolver = new FixedResolver(["127.0.0.2"], ["127.0.0.1"]);
        await using var notifier = await servers.StartAsync(OnlySecondLoopback, resolver);

        var job = await servers.Jobs.FinishAsync($"http://rebind.test:{checkedTarget.Port}/hook");

        await servers.Rows.WaitAsync(job, "delivered");
        Assert.Equal((1, 1, 0), (resolver.Asked, checkedTarget.Count, forbidden.Count));
    }

    [Fact]
    public async Task A_name_that_later_answers_a_forbidden_address_is_refused_by_the_next_connection()
    {
        await using var forbidden = await Receiver.StartAsync("127.0.0.1");
        await using var receiver = await Receiver.StartAsync("127.0.0.2", forbidden.Port);
        receiver.Answer = context =>
        {
            context.Response.StatusCode = 500;
            context.Response.Headers.Connection = "close";
            return Task.CompletedTask;
        };
        await using var notifier = await servers.StartAsync(OnlySecondLoopback, new FixedResolver(["127.0.0.2"], ["127.0.0.1"]));

        var job = await servers.Jobs.FinishAsync($"http://rebind-later.test:{receiver.Port}/hook");

        var delivery = await servers.Rows.WaitAsync(job, "dead");
        Assert.Equal(2, delivery.Attempts);
        Assert.Contains("loopback", delivery.LastError, StringComparison.Ordinal);
        Assert.Equal((1, 0), (receiver.Count, forbidden.Count));
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_tried_again()
    {
        await using var receiver = await Receiver.StartAsync("127.0.0.2");
        await using var notifier = await servers.StartAsync(OnlySecondLoopback, new FixedResolver([], ["127.0.0.2"]));

        var job = await servers.Jobs.FinishAsync($"http://late.test:{receiver.Port}/hook");

        var delivery = await servers.Rows.WaitAsync(job, "delivered");
        Assert.Equal("no connection: HostNotFound", (await servers.Rows.AttemptsAsync(delivery.Id))[0].Error);
    }

    /// <summary>Answers in turn, the last answer for ever.</summary>
    private sealed class FixedResolver(params string[][] answers) : IHostResolver
    {
        private int _asked;

        public int Asked => _asked;

        public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
        {
            var answer = answers[Math.Min(Interlocked.Increment(ref _asked), answers.Length) - 1];
            return answer.Length > 0
                ? Task.FromResult(Array.ConvertAll(answer, IPAddress.Parse))
                : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
        }
    }
}
