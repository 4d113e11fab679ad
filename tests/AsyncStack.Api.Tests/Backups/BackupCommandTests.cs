using AsyncStack.Api.Backups;
using AsyncStack.Core.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AsyncStack.Api.Tests.Backups;

public sealed class BackupCommandTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 2, 17, 0, TimeSpan.Zero);
    private readonly string _folder = Directory.CreateTempSubdirectory("asyncstack-backup-").FullName;
    private readonly WebApplication _app;
    private readonly Clock _clock = new();

    public BackupCommandTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:storage", $"Driver=file;Path={_folder};SigningKey=0123456789abcdef")]);
        builder.AddObjectStorage("storage");
        _app = builder.Build();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        ((IDisposable)_app).Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_newest_dumps_are_kept_and_read_back_as_they_were()
    {
        for (var day = 0; day < 4; day++)
        {
            _clock.Now = Start.AddDays(day);
            Assert.Equal(0, (await RunAsync("put", await DumpAsync($"dump of day {day}"), "--keep", "2")).Code);
        }

        var list = (await RunAsync("list")).Output;
        Assert.Equal(["20260103T021700Z.dump 13", "20260104T021700Z.dump 13"], list.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        var file = Path.Combine(_folder, "restored");
        await RunAsync("get", "20260104T021700Z.dump", file);
        Assert.Equal("dump of day 3", await File.ReadAllTextAsync(file, Stop));
    }

    [Fact]
    public async Task A_dump_that_is_not_there_removes_no_other()
    {
        await RunAsync("put", await DumpAsync("kept"), "--keep", "1");
        _clock.Now = Start.AddDays(1);

        await Assert.ThrowsAsync<FileNotFoundException>(() => RunAsync("put", Path.Combine(_folder, "nothing"), "--keep", "1"));

        Assert.Contains("20260101T021700Z.dump", (await RunAsync("list")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("put", "file")]
    [InlineData("put", "file", "--keep", "0")]
    [InlineData("take")]
    public async Task Wrong_words_are_answered_with_the_right_ones(params string[] words)
    {
        var (code, output) = await RunAsync(words);

        Assert.Equal(2, code);
        Assert.StartsWith("usage: backup put", output, StringComparison.Ordinal);
    }

    private async Task<string> DumpAsync(string content)
    {
        var file = Path.Combine(_folder, "database.dump");
        await File.WriteAllTextAsync(file, content, Stop);
        return file;
    }

    private async Task<(int Code, string Output)> RunAsync(params string[] words)
    {
        await using var output = new StringWriter();
        var code = await new BackupCommand(_app.Services.GetRequiredService<IObjectStorage>(), _clock, output).RunAsync(words, Stop);
        return (code, output.ToString());
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = Start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
