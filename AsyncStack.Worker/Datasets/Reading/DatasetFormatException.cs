namespace AsyncStack.Worker.Datasets.Reading;

/// <summary>The file is not what it should be. The message is for its owner: it names line and column, and what is wrong there.</summary>
internal sealed class DatasetFormatException(string message, long? line = null, long? column = null) : Exception(message)
{
    /// <summary>The line in the file, from 1, counting every line end; null when the whole file is meant.</summary>
    public long? Line { get; } = line;

    /// <summary>The number of the cell in its row, from 1; of the byte in its line where JSON is malformed; null when a whole row or file is meant.</summary>
    public long? Column { get; } = column;
}
