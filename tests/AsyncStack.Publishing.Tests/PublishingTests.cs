using AsyncStack.Publishing.Tests.Support;

namespace AsyncStack.Publishing.Tests;

public sealed class PublishingTests
{
    [Theory]
    [InlineData("helm")]
    [InlineData("manifests")]
    [InlineData("compose")]
    public async Task Publishing_twice_writes_the_same_bytes(string publisher)
    {
        using var first = await Publication.WriteAsync(publisher);
        using var second = await Publication.WriteAsync(publisher);

        Assert.Equal(first.Files(), second.Files());
    }

    // Of the processor's time, so that what else runs on the machine says nothing about it; publishing waits for nothing.
    [Fact]
    public async Task Publishing_takes_less_than_two_seconds_after_the_build()
    {
        using var published = await Publication.WriteAsync("helm");

        Assert.InRange(published.ProcessorTime, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Publishing_again_removes_what_is_no_longer_published_and_nothing_else()
    {
        using var published = await Publication.WriteAsync("helm");
        await File.WriteAllTextAsync(Path.Combine(published.Folder, "values-mine.yaml"), "{}", TestContext.Current.CancellationToken);

        await Publication.WriteAsync("compose", published.Folder);

        Assert.False(File.Exists(Path.Combine(published.Folder, "Chart.yaml")));
        Assert.False(Directory.Exists(Path.Combine(published.Folder, "templates")));
        Assert.True(File.Exists(Path.Combine(published.Folder, "docker-compose.yaml")));
        Assert.True(File.Exists(Path.Combine(published.Folder, "values-mine.yaml")));
    }

    [Fact]
    public async Task A_folder_with_files_of_somebody_else_is_left_alone()
    {
        var folder = Directory.CreateTempSubdirectory("asyncstack-publish-").FullName;
        var file = Path.Combine(folder, "values.yaml");
        await File.WriteAllTextAsync(file, "mine", TestContext.Current.CancellationToken);

        var outcome = await Publication.RunAsync(["--output-path", folder]);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("not published", outcome.Error, StringComparison.Ordinal);
        Assert.Equal([file], Directory.EnumerateFileSystemEntries(folder));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("'--output-path' is missing")]
    [InlineData("'--publisher yaml' is unknown; use helm, manifests or compose.", "--output-path", "/tmp/never-written", "--publisher", "yaml")]
    public async Task Wrong_arguments_are_named(string message, params string[] arguments)
    {
        var outcome = await Publication.RunAsync(arguments);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
    }
}
