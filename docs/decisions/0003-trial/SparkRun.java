// Runs the statements of a file (separated by lines of "--") on a local Spark and prints each result as JSON lines.
import java.nio.file.*;
import org.apache.spark.sql.*;

public class SparkRun {
  public static void main(String[] args) throws Exception {
    SparkSession spark = SparkSession.builder().master("local[2]").config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2").getOrCreate();
    try (var out = new java.io.PrintWriter(args[1], "UTF-8")) {
      for (String statement : Files.readString(Path.of(args[0])).split("\n--\n")) {
        try {
          Dataset<Row> result = spark.sql(statement);
          if (statement.startsWith("create")) continue;
          out.println("[" + String.join(",", result.toJSON().collectAsList()) + "]");
        } catch (Exception error) {
          out.println("{\"error\":\"" + error.getMessage().split("\n")[0].replace("\"", "'") + "\"}");
        }
      }
    }
    spark.stop();
  }
}
